"""Where models are served."""

from ..contracts import Offer
from ..kubeflow.serving import Serving, ServingArgs
from ..platform_settings import ComponentsSettings
from .ground import Ground


def deploy_delivery(settings: ComponentsSettings, ground: Ground) -> dict[str, Offer]:
    """Declare those of the area's components that are on."""
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
            ),
            ground.opts,
        ).offer
    return offers
