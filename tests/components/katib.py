"""Katib alone, with a database that a cloud might offer."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, cast

import pulumi
import yaml

from components.contracts import Database, Offer, UserIdentity
from components.kubeflow.katib import Katib, KatibArgs, KatibSettings
from tests.support.alone import Surroundings, declare
from tests.support.render import Object, Rendered


def database(**changes: object) -> Database:
    """A MySQL database; `changes` are fields of the contract."""
    there = pulumi.ComponentResource("test:index:Database", "database")
    contract = Database(
        engine="mysql",
        host="db.example.com",
        port=3307,
        name="katib",
        secret=pulumi.Output.from_input("katib-mysql-secrets"),
        user_key="MYSQL_USER",
        password_key="MYSQL_PASSWORD",
        ready=there,
        revision="first",
    )
    return replace(contract, **cast("Mapping[str, Any]", changes))


@cache
def by_default() -> Rendered:
    """What Katib declares on a cloud, with every default."""
    return declared()


def declared(
    *,
    kinds: tuple[str, ...] = (),
    store: Mapping[str, object] | None = None,
    identity: UserIdentity | None = None,
    webhooks: bool = True,
    **settings: object,
) -> Rendered:
    """What Katib declares on a cloud.

    Args:
        kinds: those that other components of the stack bring.
        store: fields of the contract of its database.
        webhooks: whether the API server reaches them.
        settings: as a stack file has them.
    """
    return declared_with_offer(kinds=kinds, store=store, identity=identity, webhooks=webhooks, **settings)[0]


def declared_with_offer(
    *,
    kinds: tuple[str, ...] = (),
    store: Mapping[str, object] | None = None,
    identity: UserIdentity | None = None,
    webhooks: bool = True,
    **settings: object,
) -> tuple[Rendered, Offer]:
    """The same, and what it tells the platform."""
    offers: list[Offer] = []

    def build(given: Surroundings) -> None:
        args = KatibArgs(
            settings=KatibSettings.model_validate(settings),
            namespaces=given.namespaces,
            mesh=given.mesh,
            identity=identity or given.identity,
            certificates=given.certificates,
            capabilities=replace(given.capabilities, reaches_pods=webhooks),
            database=database(**(store or {})),
            trial_types={kind: pulumi.ComponentResource("test:index:Type", kind) for kind in kinds},
        )
        offers.append(Katib("katib", args).offer)

    rendered = declare(build)
    return rendered, offers[0]


def config(rendered: Rendered) -> dict[str, Any]:
    """The KatibConfig, as the controller reads it."""
    return yaml.safe_load(rendered.get("ConfigMap", "katib-config")["data"]["katib-config.yaml"])


def suggestions(rendered: Rendered) -> dict[str, dict[str, Any]]:
    """Algorithms by name."""
    return {one["algorithmName"]: one for one in config(rendered)["runtime"]["suggestions"]}


def pod(rendered: Rendered, deployment: str) -> Object:
    """The pod template of a Deployment."""
    return rendered.get("Deployment", deployment)["spec"]["template"]


def container(rendered: Rendered, deployment: str) -> Object:
    """The one container of a Deployment."""
    (only,) = pod(rendered, deployment)["spec"]["containers"]
    return only


def environment(rendered: Rendered, deployment: str) -> dict[str, Any]:
    """The variables of a Deployment's container: values, or where they come from."""
    return {
        one["name"]: one.get("value", one.get("valueFrom")) for one in container(rendered, deployment)["env"]
    }
