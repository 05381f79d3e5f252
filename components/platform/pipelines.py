"""Pipelines, with its databases and its bucket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..components_settings import ComponentsSettings
from ..contracts import ObjectStore, Offer, PipelinesService
from ..kubeflow.pipelines import Pipelines, PipelinesArgs, PipelinesDatabases, embedded
from ..storage.choice import DataServices
from .ground import Ground


@dataclass(frozen=True, kw_only=True)
class PipelinesArea:
    """What is offered, by component, and how teams reach it: none of it where pipelines are off.

    Attributes:
        stores: by team the bucket with the team's own keys.
    """

    offers: Mapping[str, Offer]
    service: PipelinesService | None
    stores: Mapping[str, ObjectStore]


def deploy_pipelines(
    settings: ComponentsSettings, ground: Ground, data: DataServices, teams: Sequence[str]
) -> PipelinesArea:
    """Declare pipelines, if they are on, with a bucket that has keys for these teams."""
    chosen = settings.pipelines
    if not chosen.enabled:
        return PipelinesArea(offers={}, service=None, stores={})
    namespaces, mesh, cluster = ground.namespaces, ground.mesh, ground.cluster
    server = data.mysql(
        "pipelines-mysql",
        embedded.databases(
            chosen,
            namespaces=namespaces,
            mesh=mesh,
            storage_class=cluster.storage_class,
            node_pools=cluster.node_pools,
        ),
    )
    store = data.object_store(
        "pipelines-seaweedfs",
        embedded.object_store(
            chosen,
            teams=teams,
            namespaces=namespaces,
            mesh=mesh,
            storage_class=cluster.storage_class,
            node_pools=cluster.node_pools,
            bucket=data.bucket or embedded.BUCKET,
        ),
        embedded.accounts(chosen, teams=teams, namespaces=namespaces),
    )
    pipelines = Pipelines(
        "pipelines",
        PipelinesArgs(
            settings=chosen,
            namespaces=namespaces,
            mesh=mesh,
            identity=ground.identity,
            certificates=ground.certificates,
            capabilities=cluster.capabilities,
            databases=PipelinesDatabases(
                pipelines=server.databases[embedded.PIPELINES],
                metadata=server.databases[embedded.METADATA],
                cache=server.databases[embedded.CACHE],
            ),
            store=store.stores[embedded.OWNER],
            pages_store=store.stores[embedded.PAGES],
            storage_class=cluster.storage_class,
            node_pools=cluster.node_pools,
        ),
        ground.opts,
    )
    return PipelinesArea(
        offers={"pipelines": pipelines.offer + server.offer + store.offer},
        service=pipelines.service,
        stores=store.stores,
    )
