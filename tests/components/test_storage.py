"""Databases and object stores in the cluster: who opens them with what, and who else is kept out."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

import pulumi
import pytest
from pydantic import ValidationError

from components.contracts import Database, ObjectStore, Offer
from components.storage import (
    Bucket,
    DatabaseArgs,
    DatabaseSettings,
    LogicalDatabase,
    MeshRules,
    MySQL,
    ObjectStoreArgs,
    ObjectStoreSettings,
    PostgreSQL,
    SeaweedFS,
    StoreUser,
)
from tests.support.alone import Surroundings, declare
from tests.support.render import Object, Rendered

T = TypeVar("T")

DATABASES = (
    LogicalDatabase(name="orders"),
    LogicalDatabase(name="old_orders", user_key="u", password_key="p", native_password=True),
)
USERS = (
    StoreUser(name="owner", secret="owner-keys", everything=True),
    StoreUser(name="reader", secret="reader-keys", everything=True, writes=False),
    StoreUser(name="team-a", prefixes=("private/team-a/", "shared/")),
)


def database_args(
    given: Surroundings,
    settings: DatabaseSettings,
    databases: tuple[LogicalDatabase, ...] = DATABASES,
    callers: tuple[str, ...] = ("shop",),
) -> DatabaseArgs:
    return DatabaseArgs(
        component="shop",
        name="db",
        claim="db-claim",
        secret="db-users",
        namespaces=given.namespaces,
        storage_class="standard",
        mesh=MeshRules(mesh=given.mesh, destination_rule="db", policy="db", callers=callers),
        settings=settings,
        databases=databases,
    )


def mysql(**settings: object) -> Rendered:
    def build(given: Surroundings) -> None:
        MySQL("db", database_args(given, DatabaseSettings.model_validate(settings)))

    return declare(build)


def postgresql(**settings: object) -> Rendered:
    def build(given: Surroundings) -> None:
        PostgreSQL("db", database_args(given, DatabaseSettings.model_validate(settings)))

    return declare(build)


def seaweedfs(users: tuple[StoreUser, ...] = USERS, **settings: object) -> Rendered:
    def build(given: Surroundings) -> None:
        SeaweedFS("store", store_args(given, users, ObjectStoreSettings.model_validate(settings)))

    return declare(build)


def store_args(
    given: Surroundings, users: tuple[StoreUser, ...], settings: ObjectStoreSettings
) -> ObjectStoreArgs:
    return ObjectStoreArgs(
        component="shop",
        name="store",
        claim="store-claim",
        secret="keys",
        namespaces=given.namespaces,
        storage_class="standard",
        mesh=MeshRules(mesh=given.mesh, destination_rule="store", policy="store"),
        settings=settings,
        bucket=Bucket(name="things", retention_days={"private/": 30}),
        users=users,
    )


@cache
def kinds() -> dict[str, Rendered]:
    return {"mysql": mysql(), "postgresql": postgresql(), "seaweedfs": seaweedfs()}


def pod(rendered: Rendered) -> Object:
    (deployment,) = rendered.of("Deployment")
    return deployment["spec"]["template"]["spec"]


def restarts_with(rendered: Rendered) -> str:
    (deployment,) = rendered.of("Deployment")
    return deployment["spec"]["template"]["metadata"]["annotations"]["slipway.dev/config-hash"]


def text(secret: Object, key: str) -> str:
    return values(secret)[key]


def values(secret: Object) -> dict[str, str]:
    """What a Secret holds, which Pulumi marks as secret."""
    held = secret["stringData"]
    return held.get("value", held)


def learned(build: Callable[[Surroundings], T]) -> T:
    """What a component offers, once it is declared."""
    found: list[T] = []
    declare(lambda given: found.append(build(given)))
    return found[0]


@pytest.mark.parametrize("kind", ["mysql", "postgresql", "seaweedfs"])
def test_a_server_owns_its_volume_alone_and_has_no_token_of_the_cluster(kind: str) -> None:
    rendered = kinds()[kind]
    (deployment,) = rendered.of("Deployment")
    assert deployment["spec"]["strategy"] == {"type": "Recreate"}
    assert deployment["spec"]["replicas"] == 1
    assert pod(rendered)["automountServiceAccountToken"] is False
    (account,) = rendered.of("ServiceAccount")
    assert account["automountServiceAccountToken"] is False
    for container in [*pod(rendered).get("initContainers", []), *pod(rendered)["containers"]]:
        security = container["securityContext"]
        assert security["runAsUser"] > 0
        assert security["readOnlyRootFilesystem"] is True
        assert security["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize("kind", ["mysql", "postgresql", "seaweedfs"])
def test_no_password_stands_outside_of_a_secret(kind: str) -> None:
    rendered = kinds()[kind]
    others = [one for one in rendered.objects if one["kind"] != "Secret"]
    assert "value-of-" not in json.dumps(others)
    assert "value-of-" in json.dumps(rendered.of("Secret"))


@pytest.mark.parametrize("build", [mysql, postgresql, seaweedfs])
def test_a_second_pod_beside_the_owner_of_the_volume_is_refused(build: Callable[..., Rendered]) -> None:
    with pytest.raises(ValidationError, match="less than or equal to 1"):
        build(replicas=2)


def test_size_and_class_of_the_volume_are_settings_and_count_as_disk() -> None:
    settings = DatabaseSettings.model_validate({"volume": {"size": "7Gi", "storageClass": "fast"}})
    rendered = mysql(volume={"size": "7Gi", "storageClass": "fast"})
    claim = rendered.get("PersistentVolumeClaim", "db-claim")["spec"]
    assert claim["resources"]["requests"]["storage"] == "7Gi"
    assert claim["storageClassName"] == "fast"

    def offered(given: Surroundings) -> Offer:
        return MySQL("db", database_args(given, settings)).offer

    assert learned(offered).request.disk == 7


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


def test_without_a_mesh_the_pod_gets_no_sidecar_and_no_rules_are_declared() -> None:
    def build(given: Surroundings) -> None:
        MySQL("db", replace(database_args(given, DatabaseSettings()), mesh=None))

    rendered = declare(build)
    assert not rendered.of("AuthorizationPolicy")
    assert not rendered.of("DestinationRule")
    (deployment,) = rendered.of("Deployment")
    assert deployment["spec"]["template"]["metadata"]["labels"]["sidecar.istio.io/inject"] == "false"


def identities(rendered: Rendered) -> dict[str, Any]:
    held = json.loads(text(rendered.get("Secret", "store-identities"), "identities.json"))
    return {one["name"]: one for one in held["identities"]}


def test_a_teams_keys_open_its_own_prefixes_and_nothing_more() -> None:
    actions = identities(kinds()["seaweedfs"])["team-a"]["actions"]
    targets = {action.partition(":")[2] for action in actions}
    assert targets == {"things/private/team-a/*", "things/shared/*"}
    assert not [action for action in actions if action.startswith("Admin")]


def test_whoever_only_reads_is_given_no_right_to_write() -> None:
    actions = identities(kinds()["seaweedfs"])["reader"]["actions"]
    assert sorted(actions) == ["List:things", "Read:things"]


def test_nobody_administers_the_store() -> None:
    found = identities(kinds()["seaweedfs"])
    assert set(found) == {"owner", "reader", "team-a"}
    assert not [one for one in found.values() if any(verb.startswith("Admin") for verb in one["actions"])]


def test_users_here_have_a_secret_and_users_elsewhere_have_none() -> None:
    rendered = kinds()["seaweedfs"]
    assert rendered.names("Secret") == {"owner-keys", "reader-keys", "store-identities"}
    assert values(rendered.get("Secret", "reader-keys")) == {
        "accesskey": "reader",
        "secretkey": "value-of-store-reader",
    }


def test_a_team_is_offered_its_own_keys() -> None:
    keys: list[str] = []

    def build(given: Surroundings) -> pulumi.Output[None]:
        store = SeaweedFS("store", store_args(given, USERS, ObjectStoreSettings())).stores["team-a"]
        assert (store.host, store.port, store.bucket) == ("store.kubeflow", 9000, "things")
        return pulumi.Output.all(store.access_key, store.secret_key).apply(keys.extend)

    declare(build)
    assert keys == ["team-a", "value-of-store-team-a"]


def test_another_team_does_not_restart_the_store() -> None:
    more = (*USERS, StoreUser(name="team-b", prefixes=("private/team-b/",)))
    assert restarts_with(seaweedfs(more)) == restarts_with(kinds()["seaweedfs"])


def test_servers_without_passwords_stay_inside_the_pod() -> None:
    rendered = kinds()["seaweedfs"]
    server = next(one for one in pod(rendered)["containers"] if one["name"] == "seaweedfs")
    assert "-ip.bind=127.0.0.1" in server["args"]
    exposed = {one["targetPort"] for one in rendered.get("Service", "store")["spec"]["ports"]}
    assert exposed == {8333}
    (rule,) = rendered.get("AuthorizationPolicy", "store")["spec"]["rules"]
    assert rule == {"to": [{"operation": {"ports": ["8333"]}}]}
    (ingress,) = rendered.get("NetworkPolicy", "store")["spec"]["ingress"]
    assert [one["port"] for one in ingress["ports"]] == [8333]


def test_the_store_takes_its_users_from_the_file_and_lets_nobody_in_before() -> None:
    server = next(one for one in pod(kinds()["seaweedfs"])["containers"] if one["name"] == "seaweedfs")
    assert "-s3.config=/etc/seaweedfs-identities/identities.json" in server["args"]
    assert "-s3.iam=false" in server["args"]
    assert "-iam" not in server["args"]


@pytest.mark.parametrize("users", [(), (USERS[0], USERS[0])])
def test_a_store_without_users_or_with_one_twice_is_refused(users: tuple[StoreUser, ...]) -> None:
    with pytest.raises(ValueError, match="users need names of their own"):
        seaweedfs(users)


def test_a_store_is_offered_for_each_user() -> None:
    def offered(given: Surroundings) -> dict[str, ObjectStore]:
        return dict(SeaweedFS("store", store_args(given, USERS, ObjectStoreSettings())).stores)

    assert set(learned(offered)) == {"owner", "reader", "team-a"}
