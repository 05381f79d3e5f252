"""MySQL, PostgreSQL and SeaweedFS alone, each for two or three users."""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from components.contracts import Caller
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

SHOP = Caller(namespace="kubeflow", labels={"app": "shop"}, account="shop")
DATABASES = (
    LogicalDatabase(name="orders", used_by=[SHOP]),
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
) -> DatabaseArgs:
    return DatabaseArgs(
        component="shop",
        name="db",
        claim="db-claim",
        secret="db-users",
        namespaces=given.namespaces,
        storage_class="standard",
        mesh=MeshRules(mesh=given.mesh, destination_rule="db", policy="db"),
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
