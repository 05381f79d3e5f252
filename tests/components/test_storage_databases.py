"""Databases in the cluster: who opens them with what, and who else is kept out."""

import re

import pytest

from components.contracts import Database
from components.storage import DatabaseSettings, LogicalDatabase, MySQL
from tests.components.storage import database_args, kinds, learned, pod, restarts_with, text, values
from tests.support.alone import Surroundings, declare


def test_each_user_of_mysql_may_do_everything_in_one_database_and_nothing_in_others() -> None:
    statements = text(kinds()["mysql"].get("Secret", "db-server"), "init.sql").splitlines()
    granted = [line for line in statements if line.startswith("GRANT")]
    assert granted == [
        "GRANT ALL PRIVILEGES ON `orders`.* TO 'orders'@'%';",
        r"GRANT ALL PRIVILEGES ON `old\_orders`.* TO 'old_orders'@'%';",
    ]
    assert not [line for line in statements if "'root'@'%'" in line]


def test_root_of_mysql_gets_a_password_before_anybody_is_let_in() -> None:
    rendered = kinds()["mysql"]
    first, *_ = text(rendered.get("Secret", "db-server"), "init.sql").splitlines()
    assert first.startswith("ALTER USER 'root'@'localhost' IDENTIFIED")
    assert "value-of-db-root" in first
    (server,) = pod(rendered)["containers"]
    assert "--init-file=/etc/mysql/statements/init.sql" in server["args"]
    assert not [one for one in server.get("env", []) if "EMPTY_PASSWORD" in one["name"]]


def test_roots_password_is_not_mounted_into_the_pod() -> None:
    volumes = {one["name"]: one for one in pod(kinds()["mysql"])["volumes"]}
    assert [item["key"] for item in volumes["statements"]["secret"]["items"]] == ["init.sql"]


def test_the_weak_sign_in_of_mysql_is_on_only_for_whoever_asks_for_it() -> None:
    rendered = kinds()["mysql"]
    made = [
        line
        for line in text(rendered.get("Secret", "db-server"), "init.sql").splitlines()
        if line.startswith("CREATE USER")
    ]
    assert "caching_sha2_password" in made[0]
    assert "mysql_native_password" in made[1]

    def strong(given: Surroundings) -> None:
        MySQL("db", database_args(given, DatabaseSettings(), (LogicalDatabase(name="orders"),)))

    (server,) = pod(declare(strong))["containers"]
    assert "--mysql-native-password=ON" not in server["args"]


def test_owners_in_postgresql_can_make_no_databases_or_roles() -> None:
    statements = text(kinds()["postgresql"].get("Secret", "db-server"), "init.sql")
    for name in ("orders", "old_orders"):
        assert re.search(
            rf"^ALTER ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE", statements, re.MULTILINE
        )
        assert f"REVOKE ALL ON DATABASE {name} FROM PUBLIC;" in statements


def test_postgresql_asks_everybody_on_the_network_for_a_password() -> None:
    access = kinds()["postgresql"].get("ConfigMap", "db-access")["data"]["pg_hba.conf"]
    network = [line.split() for line in access.splitlines() if not line.startswith("local")]
    assert network == [["host", "all", "all", "all", "scram-sha-256"]]
    (server,) = pod(kinds()["postgresql"])["containers"]
    assert "-chba_file=/etc/postgresql/access/pg_hba.conf" in server["args"]


@pytest.mark.parametrize("kind", ["mysql", "postgresql"])
def test_users_find_their_names_and_passwords_under_the_keys_they_asked_for(kind: str) -> None:
    held = values(kinds()[kind].get("Secret", "db-users"))
    assert held == {
        "username": "orders",
        "password": "value-of-db-orders",
        "u": "old_orders",
        "p": "value-of-db-old_orders",
    }


def test_a_database_is_offered_with_its_address_and_where_its_password_is() -> None:
    def offered(given: Surroundings) -> Database:
        return MySQL("db", database_args(given, DatabaseSettings())).databases["old_orders"]

    found = learned(offered)
    assert (found.host, found.port, found.name, found.engine) == ("db.kubeflow", 3306, "old_orders", "mysql")
    assert (found.user_key, found.password_key) == ("u", "p")


def test_a_new_database_restarts_the_server_that_has_to_make_it() -> None:
    def with_databases(*names: str) -> str:
        def build(given: Surroundings) -> None:
            databases = tuple(
                LogicalDatabase(name=name, user_key=f"{name}-u", password_key=f"{name}-p") for name in names
            )
            MySQL("db", database_args(given, DatabaseSettings(), databases))

        return restarts_with(declare(build))

    assert with_databases("a", "b") != with_databases("a")
    assert with_databases("a", "b") == with_databases("a", "b")


@pytest.mark.parametrize(
    ("databases", "message"),
    [
        ((LogicalDatabase(name="a"), LogicalDatabase(name="b")), "key of the Secret 'password'"),
        (
            (LogicalDatabase(name="a"), LogicalDatabase(name="a", user_key="u", password_key="p")),
            "name 'a' stands for two databases",
        ),
    ],
)
def test_two_databases_that_would_share_a_name_or_a_key_are_refused(
    databases: tuple[LogicalDatabase, ...], message: str
) -> None:
    def build(given: Surroundings) -> None:
        MySQL("db", database_args(given, DatabaseSettings(), databases))

    with pytest.raises(ValueError, match=message):
        declare(build)


@pytest.mark.parametrize("name", ["Orders", "my-orders", "1st", "a" * 32, "a'; DROP DATABASE b; --", ""])
def test_a_name_that_would_need_quoting_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="lower-case letters, digits and '_'"):
        LogicalDatabase(name=name)


@pytest.mark.parametrize(("kind", "port"), [("mysql", "3306"), ("postgresql", "5432")])
def test_only_the_accounts_named_reach_a_database_and_only_at_its_port(kind: str, port: str) -> None:
    (rule,) = kinds()[kind].get("AuthorizationPolicy", "db")["spec"]["rules"]
    assert rule["from"] == [{"source": {"principals": ["cluster.local/ns/kubeflow/sa/shop"]}}]
    assert rule["to"] == [{"operation": {"ports": [port]}}]
