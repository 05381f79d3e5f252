"""The settings of all components, and what they need of each other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from pydantic import model_validator

from .contracts import NodePool
from .kubeflow.dashboard import DashboardSettings
from .kubeflow.katib import NAMESPACE_LABELS as KATIB_LABELS
from .kubeflow.katib import KatibSettings
from .kubeflow.model_registry import ModelRegistrySettings
from .kubeflow.notebooks import NotebooksSettings
from .kubeflow.notebooks import problems as notebooks_problems
from .kubeflow.pipelines import PipelinesSettings
from .kubeflow.poddefaults import PodDefaultsSettings
from .kubeflow.profiles import ProfilesSettings
from .kubeflow.serving import EXAMPLE, ModelAddresses, ServingSettings
from .kubeflow.serving import problems as serving_problems
from .kubeflow.spark import SparkSettings
from .kubeflow.tensorboards import TensorBoardsSettings
from .kubeflow.trainer import TrainerSettings
from .kubeflow.trainer import problems as trainer_problems
from .kubeflow.training_operator import TrainingOperatorSettings
from .kubeflow.volumes import VolumesSettings
from .settings_base import Settings

# What each component cannot do without: the dashboard asks access management which namespaces a person has,
# the forms of notebooks and TensorBoards list the PodDefaults that a new one may take, and the list of
# volumes says which notebooks use them.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "dashboard": ("profiles",),
    "notebooks": ("podDefaults",),
    "tensorboards": ("podDefaults",),
    "volumes": ("notebooks",),
}


# Labels of a team's namespace by which a component recognises it.
TEAM_NAMESPACE_LABELS: Mapping[str, Mapping[str, str]] = {
    "katib": KATIB_LABELS,
    "pipelines": {"pipelines.kubeflow.org/enabled": "true"},
    "serving": {"serving.kubeflow.org/inferenceservice": "enabled"},
}


class ComponentsSettings(Settings):
    """The components, each with `enabled` and settings of its own."""

    profiles: ProfilesSettings = ProfilesSettings()
    pod_defaults: PodDefaultsSettings = PodDefaultsSettings()
    dashboard: DashboardSettings = DashboardSettings()
    notebooks: NotebooksSettings = NotebooksSettings()
    volumes: VolumesSettings = VolumesSettings()
    tensorboards: TensorBoardsSettings = TensorBoardsSettings()
    pipelines: PipelinesSettings = PipelinesSettings()
    katib: KatibSettings = KatibSettings()
    trainer: TrainerSettings = TrainerSettings()
    training_operator: TrainingOperatorSettings = TrainingOperatorSettings()
    spark: SparkSettings = SparkSettings()
    model_registry: ModelRegistrySettings = ModelRegistrySettings()
    serving: ServingSettings = ServingSettings()

    def enabled(self) -> dict[str, bool]:
        """Whether each component is on, by its key."""
        return {
            field.alias or name: bool(getattr(self, name).enabled)
            for name, field in type(self).model_fields.items()
        }

    def team_namespace_labels(self) -> dict[str, str]:
        """What the components that are on want on every team's namespace."""
        on = self.enabled()
        return {
            name: value
            for component, labels in TEAM_NAMESPACE_LABELS.items()
            if on[component]
            for name, value in labels.items()
        }

    def problems(
        self,
        pools: Sequence[NodePool],
        *,
        knative: bool = False,
        gateway_api: bool = False,
        addresses: ModelAddresses = EXAMPLE,
    ) -> Iterator[str]:
        """What the components that are on ask for and is not there, each as one sentence."""
        found = {
            "notebooks": notebooks_problems(self.notebooks.spawner, pools),
            "trainer": trainer_problems(self.trainer.runtimes, pools),
            "serving": serving_problems(
                self.serving, pools, knative=knative, gateway_api=gateway_api, addresses=addresses
            ),
        }
        on = self.enabled()
        for component, texts in found.items():
            if on[component]:
                yield from (f"slipway:components.{component}.{text}" for text in texts)

    @model_validator(mode="after")
    def _needs_are_met(self) -> Self:
        on = self.enabled()
        for component, needs in NEEDS.items():
            for need in needs:
                if on[component] and not on[need]:
                    raise ValueError(
                        f"'{component}' is on and needs '{need}', which is off: set {need}.enabled to true, "
                        f"or {component}.enabled to false"
                    )
        return self
