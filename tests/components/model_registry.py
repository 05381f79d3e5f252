"""The model registry alone, with databases that a cloud might offer."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, cast

import pulumi
import yaml

from components.contracts import Database, UserIdentity
from components.kube.scope import Place
from components.kubeflow.model_registry import (
    ModelRegistry,
    ModelRegistryArgs,
    ModelRegistrySettings,
    TeamModelRegistryArgs,
    team_model_registry,
)
from tests.support.alone import Surroundings, declare
from tests.support.render import Object, Rendered


def database(name: str, **changes: object) -> Database:
    """A PostgreSQL database; `changes` are fields of the contract."""
    contract = Database(
        engine="postgresql",
        host="db.example.com",
        port=5433,
        name=name,
        secret=pulumi.Output.from_input("model-registry-db-secrets"),
        user_key=f"{name}-user",
        password_key=f"{name}-password",
        ready=pulumi.ComponentResource("test:index:Database", name),
        revision="first",
    )
    return replace(contract, **cast("Mapping[str, Any]", changes))


@cache
def by_default() -> Rendered:
    """What the model registry declares with every default."""
    return declared()


def declared(
    settings: Mapping[str, object] | None = None,
    *,
    store: Mapping[str, object] | None = None,
    catalog_store: Mapping[str, object] | None = None,
    identity: UserIdentity | None = None,
    team: str | None = None,
) -> Rendered:
    """What the model registry declares.

    Args:
        settings: as a stack file has them.
        store, catalog_store: fields of the contracts of the two databases.
        team: a namespace in which a team finds it.
    """
    checked = ModelRegistrySettings.model_validate(settings or {})

    def build(given: Surroundings) -> None:
        args = ModelRegistryArgs(
            settings=checked,
            namespaces=given.namespaces,
            mesh=given.mesh,
            identity=identity or given.identity,
            database=database("registry", **(store or {})),
            catalog_database=database("catalog", **(catalog_store or {})),
        )
        ModelRegistry("model-registry", args)
        if team is not None:
            place = Place(name=team, created=pulumi.Output.from_input(team))
            theirs = TeamModelRegistryArgs(
                settings=checked, namespaces=given.namespaces, place=place, mesh=given.mesh
            )
            team_model_registry(pulumi.ComponentResource("test:Team", team), theirs)

    return declare(build)


def in_namespace(rendered: Rendered, kind: str, namespace: str) -> dict[str, Object]:
    """The objects of a kind in one namespace, by name."""
    return {
        one["metadata"]["name"]: one for one in rendered.of(kind) if one["metadata"]["namespace"] == namespace
    }


def container(rendered: Rendered, deployment: str) -> Object:
    """The one container of a Deployment."""
    (only,) = rendered.get("Deployment", deployment)["spec"]["template"]["spec"]["containers"]
    return only


def environment(rendered: Rendered, deployment: str) -> dict[str, Any]:
    """The variables of a Deployment's container: values, or where they come from."""
    return {
        one["name"]: one.get("value", one.get("valueFrom")) for one in container(rendered, deployment)["env"]
    }


def sources(rendered: Rendered) -> dict[str, Any]:
    """The files of the catalog's ConfigMap, as the catalog reads them."""
    data = rendered.get("ConfigMap", "model-catalog-sources")["data"]
    return {name: yaml.safe_load(text) for name, text in data.items()}
