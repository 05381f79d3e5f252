"""Where models are trained."""

from ..contracts import Offer
from ..kubeflow.trainer import Trainer, TrainerArgs
from ..kubeflow.training_operator import TrainingOperator, TrainingOperatorArgs
from ..platform_settings import ComponentsSettings
from .ground import Ground


def deploy_training(settings: ComponentsSettings, ground: Ground) -> dict[str, Offer]:
    """Declare those of the area's components that are on."""
    offers: dict[str, Offer] = {}
    pools = ground.cluster.node_pools
    if settings.trainer.enabled:
        offers["trainer"] = Trainer(
            "trainer",
            TrainerArgs(
                settings=settings.trainer,
                namespaces=ground.namespaces,
                capabilities=ground.cluster.capabilities,
                node_pools=pools,
            ),
            ground.opts,
        ).offer
    if settings.training_operator.enabled:
        offers["trainingOperator"] = TrainingOperator(
            "training-operator",
            TrainingOperatorArgs(
                settings=settings.training_operator,
                namespaces=ground.namespaces,
                capabilities=ground.cluster.capabilities,
                node_pools=pools,
            ),
            ground.opts,
        ).offer
    return offers
