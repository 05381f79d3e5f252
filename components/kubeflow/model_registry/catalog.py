"""The catalog: a server that lists models of other places, to be looked at and registered.

Flags and variables: kubeflow/hub, catalog/cmd/catalog.go. It works with PostgreSQL only, and its statements
need release 16 or newer (internal/platform/db/postgres/migrations). With more replicas one leads, by a lock
in the database.
"""

from collections.abc import Sequence

from pulumi_kubernetes.core.v1 import EnvVarSourceArgsDict

from ...contracts import Caller, Database, Mesh, Namespaces, NodePool
from ...kube.authority import authority_mounts, authority_volumes
from ...kube.config import config_map
from ...kube.mesh import allow, mutual_tls, route
from ...kube.network import Opening, allow_ingress
from ...kube.program import Environment, Mount, Program, http_probe, secret_key, tcp_probe
from ...kube.scope import Scope
from ...kube.workload import VolumeSource, Workload, deployment, service
from ...versions import ModelRegistry as Images
from .server import PORT, PORT_NAME, callers, connection
from .settings import CatalogSettings
from .source_settings import HuggingFaceSettings
from .sources import FILE, FOLDER, key_variable, mounted, sources

APP = "model-catalog"
PREFIX = "/api/model_catalog/"
# The web app asks for a Service of this name, with this label.
LABELS = {"component": "model-catalog"}
_SELECTOR = {"app.kubernetes.io/name": APP, "app.kubernetes.io/component": "server"}

_SOURCES = "/catalog"
_PERFORMANCE = "/perf-data"
_VERBOSE = 4


def catalog(
    scope: Scope,
    mesh: Mesh,
    settings: CatalogSettings,
    database: Database,
    node_pools: Sequence[NodePool],
) -> Workload:
    """Declare the catalog, open to everybody who reads."""
    config = config_map(scope, "model-catalog-sources", sources(settings), app=APP)
    mounts = [Mount(path=_SOURCES, volume="sources"), *authority_mounts(database)]
    volumes: dict[str, VolumeSource] = {
        "sources": {"config_map": {"name": config.name}},
        **authority_volumes(database),
    }
    arguments = [
        f"--listen=0.0.0.0:{PORT}",
        f"--catalogs-path={_SOURCES}/{FILE}",
        *([f"--v={_VERBOSE}"] if settings.log_level == "debug" else []),
    ]
    for number, (source, given) in enumerate(mounted(settings).items()):
        volumes[f"source-{number}"] = {"config_map": {"name": given.name}}
        mounts.append(Mount(path=f"{FOLDER}/{source}", volume=f"source-{number}"))
    if settings.performance_claim is not None:
        volumes["perf-data"] = {"persistent_volume_claim": {"claim_name": settings.performance_claim}}
        mounts.append(Mount(path=_PERFORMANCE, volume="perf-data"))
        arguments.append(f"--performance-metrics={_PERFORMANCE}")
    program = Program(
        name="catalog",
        image=Images.SERVER,
        settings=settings,
        command=["/model-registry", "catalog"],
        args=arguments,
        environment={**connection(database), **_keys(settings)},
        ports={PORT_NAME: PORT},
        live=tcp_probe(PORT_NAME, delay=5),
        ready=http_probe(f"{PREFIX}v1alpha1/sources", PORT_NAME, timeout=5),
        startup=tcp_probe(PORT_NAME, period=5, failures=60),
        mounts=mounts,
        read_only_root=True,
    )
    workload = deployment(
        scope,
        "model-catalog-server",
        app=APP,
        programs=[program],
        settings=settings,
        service_account=APP,
        node_pools=node_pools,
        selector=_SELECTOR,
        volumes=volumes,
        # It reads its sources anew when they change; another password it does not see.
        config_hash=database.made_with or None,
        api_token=False,
        after=[database.ready],
    )
    service(
        scope,
        APP,
        selector=workload.selector,
        ports={PORT_NAME: (PORT, PORT_NAME)},
        app=APP,
        labels=LABELS,
    )
    _expose(scope, mesh, workload)
    return workload


def _expose(scope: Scope, mesh: Mesh, workload: Workload) -> None:
    """The way from the gateway, and what may be asked.

    What is no reading is a preview of sources (`POST .../sources/preview`): its configuration comes with the
    request, and names the variable whose value is sent to Hugging Face as the key.
    """
    route(scope, mesh, APP, app=APP, prefix=PREFIX, service=APP, port=PORT, rewrite=None)
    mutual_tls(scope, mesh, APP, app=APP, service=APP)
    reading = {"methods": ["GET"], "paths": [f"{PREFIX}*", "/api/mcp_catalog/*"]}
    allow(scope, mesh, APP, app=APP, selector=workload.selector, rules=[{"to": [{"operation": reading}]}])
    opened = Opening(ports=[PORT_NAME], callers=callers(scope, mesh))
    allow_ingress(scope, APP, selector=workload.selector, openings=[opened], app=APP)


def catalog_pods(namespaces: Namespaces) -> Caller:
    """The catalog's pods, which use its database."""
    return Caller(namespace=namespaces.kubeflow_name, labels=_SELECTOR, account=APP)


def _keys(settings: CatalogSettings) -> Environment:
    """Keys for Hugging Face. The catalog goes without the one for all; a source's own has to be there."""
    shared = settings.hugging_face_key
    key: EnvVarSourceArgsDict = {
        "secret_key_ref": {"name": shared.secret, "key": shared.key, "optional": True}
    }
    own: Environment = {
        key_variable(source): secret_key(source.api_key.secret, source.api_key.key)
        for source in settings.sources
        if isinstance(source, HuggingFaceSettings) and source.api_key is not None
    }
    return {"HF_API_KEY": key, **own}
