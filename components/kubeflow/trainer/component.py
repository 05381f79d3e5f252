"""Trainer v2: people train with a TrainJob, which names a runtime and little else.

Installs the API types TrainJob, TrainingRuntime, ClusterTrainingRuntime and JobSet, the controllers of both
projects with their webhooks, and the runtimes that every team can use. Needs the namespaces, the stack's node
pools, and whether the API server reaches webhooks. Offers contracts.Offer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi

from ...contracts import Capabilities, MenuItem, Namespaces, NodePool, Offer
from ...kube.api_types import api_types, by_kind
from ...kube.config import config_map
from ...kube.objects import access
from ...kube.scope import Scope
from ...settings_base import SettingsError
from ...versions import Trainer as Images
from .controller import APP, train_controller
from .job_set import job_set_controller
from .node_pools import problems
from .paths import RBAC
from .runtimes import declare_runtimes, images
from .settings import TrainerSettings

MENU = (
    MenuItem(
        kind="documentation",
        text="Kubeflow Trainer",
        link="https://www.kubeflow.org/docs/components/trainer/",
        description="Distributed training with PyTorch, JAX, DeepSpeed, MLX and XGBoost",
    ),
)


@dataclass(frozen=True, kw_only=True)
class TrainerArgs:
    """What Trainer needs."""

    settings: TrainerSettings
    namespaces: Namespaces
    capabilities: Capabilities
    node_pools: Sequence[NodePool] = ()


class Trainer(pulumi.ComponentResource):
    """Trainer, JobSet beneath it, and the runtimes.

    Attributes:
        job_types: the API types that run training, by kind.

    Raises:
        SettingsError: a runtime asks for what this stack's node pools do not have.
    """

    offer: Offer
    job_types: Mapping[str, pulumi.Resource]

    def __init__(self, name: str, args: TrainerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:kubeflow:Trainer", name, None, opts)
        settings, pools = args.settings, args.node_pools
        if found := problems(settings.runtimes, pools):
            raise SettingsError("\n".join(f"slipway:components.trainer.{problem}" for problem in found))
        scope = Scope(component="trainer", parent=self, namespaces=args.namespaces, system=True)

        here = Path(__file__).parent
        # Kubeflow's Python client asks it for the version that it talks to.
        version = {"kubeflow_trainer_version": Images.VERSION}
        public = config_map(scope, "kubeflow-trainer-public", version, app=APP)
        types = api_types(here / "api_types.yaml", parent=self, depends_on=[public.resource])
        self.job_types = {"TrainJob": by_kind(here / "api_types.yaml", types)["TrainJob"]}
        access(scope, RBAC / "people.yaml")
        job_sets = job_set_controller(scope, args.capabilities, settings.job_set, pools, types=types)
        trainer, checked_by = train_controller(
            scope, args.capabilities, settings.controller, pools, types=types
        )
        declare_runtimes(
            scope, settings.runtimes, pools, app=APP, after=[checked_by] if checked_by else types
        )

        self.offer = Offer(
            menu=MENU,
            images=(*trainer.images, *job_sets.images, *images(settings.runtimes)),
            request=trainer.request + job_sets.request,
            namespaces=("kubeflow-system",),
        )
        self.register_outputs({})
