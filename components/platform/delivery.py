"""Where models are kept and served."""

from ..components_settings import ComponentsSettings
from ..contracts import Offer
from ..kubeflow.model_registry import (
    ModelRegistry,
    ModelRegistryArgs,
    ModelRegistrySettings,
    catalog_pods,
    registry_pods,
)
from ..kubeflow.serving import ModelAddresses, Serving, ServingArgs
from ..storage import DatabaseArgs, LogicalDatabase
from ..storage.choice import DataServices
from .ground import Ground

REGISTRY, CATALOG = "metadb", "catalog"


def deploy_delivery(
    settings: ComponentsSettings, ground: Ground, data: DataServices, addresses: ModelAddresses
) -> dict[str, Offer]:
    """Declare those of the area's components that are on. `addresses` are the gateway's for models."""
    offers: dict[str, Offer] = {}
    if settings.serving.enabled:
        offers["serving"] = Serving(
            "serving",
            ServingArgs(
                settings=settings.serving,
                namespaces=ground.namespaces,
                mesh=ground.mesh,
                identity=ground.identity,
                certificates=ground.certificates,
                capabilities=ground.cluster.capabilities,
                node_pools=ground.cluster.node_pools,
                addresses=addresses,
                knative=ground.addons.knative,
                gateway_api=ground.addons.gateway_api,
            ),
            ground.opts,
        ).offer
    if settings.model_registry.enabled:
        offers["modelRegistry"] = _model_registry(settings.model_registry, ground, data)
    return offers


def _model_registry(settings: ModelRegistrySettings, ground: Ground, data: DataServices) -> Offer:
    """Registry and catalog, each with a database of its own on one server."""
    server = data.postgresql(
        "model-registry-db",
        DatabaseArgs(
            component="modelRegistry",
            name="model-registry-db",
            claim="metadata-postgres",
            secret="model-registry-db-secrets",
            namespaces=ground.namespaces,
            storage_class=ground.cluster.storage_class,
            node_pools=ground.cluster.node_pools,
            settings=settings.database,
            databases=(
                LogicalDatabase(
                    name=REGISTRY,
                    user_key="POSTGRES_USER",
                    password_key="POSTGRES_PASSWORD",
                    used_by=[registry_pods(ground.namespaces)],
                ),
                LogicalDatabase(
                    name=CATALOG,
                    user_key="CATALOG_USER",
                    password_key="CATALOG_PASSWORD",
                    used_by=[catalog_pods(ground.namespaces)],
                ),
            ),
        ),
    )
    registry = ModelRegistry(
        "model-registry",
        ModelRegistryArgs(
            settings=settings,
            namespaces=ground.namespaces,
            mesh=ground.mesh,
            identity=ground.identity,
            database=server.databases[REGISTRY],
            catalog_database=server.databases[CATALOG],
            node_pools=ground.cluster.node_pools,
        ),
        ground.opts,
    )
    return registry.offer + server.offer
