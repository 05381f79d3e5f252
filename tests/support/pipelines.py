"""Pipelines as a stack has them, with their storage and two teams, under mocks."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pulumi

from components.contracts import Database, ObjectStore, Offer
from components.kube.scope import Place
from components.kubeflow.pipelines import (
    Pipelines,
    PipelinesArgs,
    PipelinesDatabases,
    PipelinesSettings,
    TeamPipelinesArgs,
    embedded,
    team_pipelines,
)
from components.storage import MySQL, SeaweedFS
from tests.support.alone import Surroundings, declare
from tests.support.render import Object, Rendered

TEAMS = ("team-a", "team-b")


COMPILED = """
components: {}
deploymentSpec: {}
pipelineInfo: {name: train}
root: {dag: {tasks: {}}}
schemaVersion: 2.1.0
"""

# Another value for many settings at once, since each rendering takes a while.
CHANGED: Mapping[str, Any] = {
    "runs": {
        "defaultPipelineRoot": "minio://mlpipeline/teams/{namespace}/runs",
        "driverImage": "here/driver:1",
        "launcherImage": "here/launcher:1",
        "keepLogs": False,
        "workspace": {"storageClass": "shared", "accessMode": "ReadWriteMany"},
        "workflowSpecPatch": {"priority": 5},
    },
    "retention": {"workflowHours": 48, "pods": "OnPodSuccess", "artifactDays": 30},
    "apiServer": {
        "samples": False,
        "pipelines": [{"name": "train", "displayName": "Train", "version": "train-2", "spec": COMPILED}],
        "blockFirstGeneration": True,
        "firstGenerationNamespaces": ["team-a", "team-b"],
    },
    "cache": {"enabled": False, "maximumAge": "P30D"},
    "workflowController": {"parallelism": 50, "namespaceParallelism": 10},
    "artifactsProxy": {"enabled": False},
}


@cache
def by_default() -> Rendered:
    return pipelines()


@cache
def changed() -> Rendered:
    """With CHANGED, with encrypted databases where those can be, and where no webhook is reached."""

    def encrypted(given: PipelinesDatabases) -> PipelinesDatabases:
        return replace(
            given, pipelines=replace(given.pipelines, tls=True), cache=replace(given.cache, tls=True)
        )

    return pipelines(databases=encrypted, webhooks=False, **CHANGED)


def pipelines(
    *,
    databases: Callable[[PipelinesDatabases], PipelinesDatabases] = lambda given: given,
    webhooks: bool = True,
    **settings: object,
) -> Rendered:
    """Pipelines with settings as a stack file has them.

    Raises ValidationError where those are refused.
    """
    checked = PipelinesSettings.model_validate(settings)

    def build(given: Surroundings) -> None:
        own, stores = storage(given, checked)
        capabilities = given.capabilities
        if not webhooks:
            capabilities = replace(capabilities, images=())
        there = Pipelines(
            "pipelines",
            PipelinesArgs(
                settings=checked,
                namespaces=given.namespaces,
                mesh=given.mesh,
                identity=given.identity,
                certificates=given.certificates,
                capabilities=capabilities,
                storage_class="standard",
                databases=databases(own),
                store=stores[embedded.OWNER],
                pages_store=stores[embedded.PAGES],
            ),
        )
        offered.append(there.offer)
        for team in TEAMS:
            args = TeamPipelinesArgs(
                settings=checked,
                namespaces=given.namespaces,
                place=Place(name=team, created=pulumi.Output.from_input(team)),
                account=there.service.ready,
                mesh=given.mesh,
                identity=given.identity,
                store=stores[team],
                service=there.service,
                pod_default_type=there.service.ready,
            )
            offered.append(team_pipelines(pulumi.ComponentResource("test:Team", team), args))

    offered: list[Offer] = []
    rendered = declare(build)
    rendered.outputs["pipelines"], *rendered.outputs["teams"] = offered
    return rendered


def storage(
    given: Surroundings, settings: PipelinesSettings
) -> tuple[PipelinesDatabases, Mapping[str, ObjectStore]]:
    server: Mapping[str, Database] = MySQL(
        "database",
        embedded.databases(settings, namespaces=given.namespaces, mesh=given.mesh, storage_class="standard"),
    ).databases
    store = SeaweedFS(
        "store",
        embedded.object_store(
            settings,
            teams=TEAMS,
            namespaces=given.namespaces,
            mesh=given.mesh,
            storage_class="standard",
        ),
    )
    own = PipelinesDatabases(
        pipelines=server[embedded.PIPELINES],
        metadata=server[embedded.METADATA],
        cache=server[embedded.CACHE],
    )
    return own, store.stores


def in_namespace(rendered: Rendered, namespace: str) -> dict[str, Object]:
    """The objects of a namespace by `Kind/name`."""
    return {
        f"{one['kind']}/{one['metadata']['name']}": one
        for one in rendered.objects
        if one["metadata"].get("namespace") == namespace
    }


def pod(rendered: Rendered, deployment: str, namespace: str = "kubeflow") -> Object:
    found = in_namespace(rendered, namespace)[f"Deployment/{deployment}"]
    return found["spec"]["template"]["spec"]


def container(rendered: Rendered, deployment: str, namespace: str = "kubeflow") -> Object:
    (only,) = pod(rendered, deployment, namespace)["containers"]
    return only


def environment(rendered: Rendered, deployment: str, namespace: str = "kubeflow") -> dict[str, Any]:
    """Plain values, and for others where they come from."""
    return {
        one["name"]: one.get("value", one.get("valueFrom"))
        for one in container(rendered, deployment, namespace)["env"]
    }


def values(secret: Object) -> dict[str, str]:
    """What a Secret holds, which Pulumi marks as secret."""
    held = secret["stringData"]
    return held.get("value", held)
