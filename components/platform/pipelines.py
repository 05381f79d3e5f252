"""Pipelines, with its databases and its bucket in the cluster."""

from ..contracts import Offer
from ..kubeflow.pipelines import Pipelines, PipelinesArgs, PipelinesDatabases, embedded
from ..platform_settings import ComponentsSettings
from ..storage import MySQL, SeaweedFS
from .ground import Ground


def deploy_pipelines(settings: ComponentsSettings, ground: Ground) -> dict[str, Offer]:
    """Declare pipelines, if they are on."""
    chosen = settings.pipelines
    if not chosen.enabled:
        return {}
    namespaces, mesh, cluster = ground.namespaces, ground.mesh, ground.cluster
    server = MySQL(
        "pipelines-mysql",
        embedded.databases(
            chosen,
            namespaces=namespaces,
            mesh=mesh,
            storage_class=cluster.storage_class,
            node_pools=cluster.node_pools,
        ),
        ground.opts,
    )
    store = SeaweedFS(
        "pipelines-seaweedfs",
        embedded.object_store(
            chosen,
            teams=(),
            namespaces=namespaces,
            mesh=mesh,
            storage_class=cluster.storage_class,
            node_pools=cluster.node_pools,
        ),
        ground.opts,
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
    return {"pipelines": pipelines.offer + server.offer + store.offer}
