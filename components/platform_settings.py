"""All settings of a stack in one model: what `stacks/Pulumi.<stack>.yaml` may say below `slipway:`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Self, cast

from pydantic import Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from .addons import AddonsSettings
from .clusters.choice import ClusterSettings
from .clusters.default_sharing import with_default_sharing
from .clusters.existing.settings import ExistingSettings
from .contracts import NodePool
from .gpu.settings import GpuSettings
from .identity.gateway_settings import GatewaySettings
from .identity.settings import IdentitySettings, exposure_problems
from .identity.settings import problems as identity_problems
from .identity.tls import SECRET as CERTIFICATE
from .images import AirgapSettings, ImagesSettings
from .kube.architectures import Architecture
from .kube.outbound import ProxySettings
from .kube.running import AvailabilitySettings
from .kube.settings import Placement
from .kubeflow.dashboard import DashboardSettings
from .kubeflow.katib import NAMESPACE_LABELS as KATIB_LABELS
from .kubeflow.katib import KatibSettings
from .kubeflow.model_registry import ModelRegistrySettings
from .kubeflow.model_registry import problems as model_registry_problems
from .kubeflow.notebooks import NotebooksSettings
from .kubeflow.notebooks import problems as notebooks_problems
from .kubeflow.pipelines import PipelinesSettings
from .kubeflow.poddefaults import PodDefaultsSettings
from .kubeflow.profiles import ProfilesSettings
from .kubeflow.serving import EXAMPLE, ModelAddresses, ServingSettings, listens, model_hosts, uses_gateway_api
from .kubeflow.serving import problems as serving_problems
from .kubeflow.spark import SparkSettings
from .kubeflow.tensorboards import TensorBoardsSettings
from .kubeflow.trainer import TrainerSettings
from .kubeflow.trainer import problems as trainer_problems
from .kubeflow.training_operator import TrainingOperatorSettings
from .kubeflow.volumes import VolumesSettings
from .minimal import MinimalSettings
from .minimal.rules import problems as minimal_problems
from .minimal.rules import with_presets
from .monitoring import MonitoringSettings
from .settings_base import DnsLabel, Settings
from .settings_errors import explain
from .storage.data_problems import problems as data_problems
from .storage.data_settings import DataSettings
from .teams import TeamDefaults, TeamSettings
from .teams import problems as team_problems
from .teams.problems import pool_problems as team_pool_problems

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


# What a stack of teams alone may say.
_OF_TEAMS = {"scope", "overlays", "cluster", "images", "airgap", "teams", "team_defaults"}


class PlatformSettings(Settings):
    """One stack."""

    scope: Literal["everything", "cluster", "teams"] = Field(
        default="everything",
        description="What this stack holds: `everything`, or the `cluster` alone, on which another stack "
        "with `cluster: {provider: existing, stack: ...}` installs the platform, or `teams` alone, for the "
        "platform of another stack that it names in the same way.",
    )
    overlays: tuple[str, ...] = Field(
        default=(),
        description="Sets of settings and patches below this stack's own, the later over the earlier: names "
        "of folders in `overlays/`, or paths of folders from the project's own.",
    )
    cluster: ClusterSettings = Field(description="The cluster: where it comes from, and its nodes.")
    images: ImagesSettings = Field(default=ImagesSettings(), description="Where images are pulled from.")
    airgap: AirgapSettings = Field(default=AirgapSettings(), description="A cluster without a way outside.")
    availability: AvailabilitySettings = AvailabilitySettings()
    architecture: Architecture | None = Field(
        default=None,
        description="Processors of the nodes that the platform's programs run on; any unless said. A "
        "component is refused whose images are not built for them.",
    )
    proxy: ProxySettings | None = Field(
        default=None,
        description="The way to the internet, of the platform's programs, of cert-manager, and of the pods "
        "of teams, unless teamDefaults.proxy says otherwise.",
    )
    addons: AddonsSettings = AddonsSettings()
    gpu: GpuSettings = GpuSettings()
    gateway: GatewaySettings = GatewaySettings()
    identity: IdentitySettings = IdentitySettings()
    components: ComponentsSettings = ComponentsSettings()
    data: DataSettings = DataSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
    teams: Mapping[DnsLabel, TeamSettings] = Field(
        default={}, description="The teams, each under the name of its namespace."
    )
    team_defaults: TeamDefaults = TeamDefaults()
    minimal: MinimalSettings | None = Field(
        default=None,
        description="A platform for one person, without mesh and login, reachable from localhost only.",
    )

    @model_validator(mode="before")
    @classmethod
    def _presets_lie_below(cls, given: object) -> object:
        return with_presets(cast("Mapping[str, object]", given)) if isinstance(given, Mapping) else given

    @property
    def keeps_data(self) -> bool:
        """Whether the namespace of a team that leaves the stack stays, with its data."""
        if self.team_defaults.keep_data is not None:
            return self.team_defaults.keep_data
        return self.cluster.provider not in ("simulated", "kind")

    @property
    def backs_up(self) -> bool:
        """Whether what servers in the cluster keep is copied."""
        backup = self.data.backup
        if self.data.provider != "embedded" or self.scope != "everything":
            return False
        if backup.enabled is None:
            return self.keeps_data and (backup.target is not None or self.components.pipelines.enabled)
        return backup.enabled

    @property
    def model_addresses(self) -> ModelAddresses:
        """What the gateway says of addresses of models."""
        gateway = self.gateway
        return ModelAddresses(
            domain=gateway.models_domain or EXAMPLE.domain,
            scheme="https" if gateway.secure else "http",
            names=gateway.hosts,
            certificate=CERTIFICATE if gateway.secure else None,
            oldest_tls=gateway.tls.min_version,
        )

    @property
    def gateway_api(self) -> bool:
        """Whether the types of the Gateway API are there: as the add-on says, else where models need them."""
        said, serving = self.addons.gateway_api.enabled, self.components.serving
        if said is not None or not (self.addons.istio.enabled and serving.enabled):
            return bool(said)
        knative = self.addons.knative.enabled
        return uses_gateway_api(serving, self.model_addresses, knative=knative, available=True)

    @property
    def model_hosts(self) -> tuple[str, ...]:
        """Host names whose HTTPS a gateway for models answers, on the pods of the platform's own."""
        serving, addresses, knative = (
            self.components.serving,
            self.model_addresses,
            self.addons.knative.enabled,
        )
        made = serving.enabled and listens(serving, addresses, knative=knative, available=self.gateway_api)
        return model_hosts(serving, addresses) if made else ()

    @property
    def for_teams(self) -> TeamDefaults:
        """What holds for teams, the platform's proxy with it where they have none of their own."""
        defaults = self.team_defaults
        return defaults if defaults.proxy else defaults.model_copy(update={"proxy": self.proxy})

    @property
    def refers_to(self) -> str | None:
        """The stack that has the cluster, where it is another: its pools are known once it is read."""
        return self.cluster.stack if isinstance(self.cluster, ExistingSettings) else None

    @model_validator(mode="before")
    @classmethod
    def _devices_are_shared_alike(cls, given: object) -> object:
        return (
            with_default_sharing(cast("Mapping[str, object]", given)) if isinstance(given, Mapping) else given
        )

    @model_validator(mode="after")
    def _components_fit_the_stack(self) -> Self:
        if self.scope == "teams":
            return self._teams_alone()
        found = [] if self.refers_to else self.pool_problems(self.cluster.contracts())
        found += identity_problems(self.identity, self.gateway)
        found += exposure_problems(
            self.gateway,
            cloud=self.cluster.provider in ("aws", "gcp", "azure"),
            ranges=bool(self.addons.istio.gateway.source_ranges),
        )
        found += minimal_problems(
            self.minimal, self, scope=self.scope, cluster=self.cluster.provider, teams=self.teams
        )
        if self.monitoring.monitors and not self.addons.prometheus.enabled:
            found.append(
                "slipway:monitoring.monitors: found true without Prometheus, whose API types they are; "
                "allowed: false, or addons.prometheus.enabled: true"
            )
        if self.scope != "cluster":
            found += self.data_problems(None if self.refers_to else self.cluster.provider)
        on = {name for name, is_on in self.components.enabled().items() if is_on}
        found += team_problems(self.teams, self.team_defaults, on=on)
        found += (
            f"slipway:teamDefaults.elsewhere: found '{name}', which is a team of this stack; allowed: others"
            for name in self.team_defaults.elsewhere
            if name in self.teams
        )
        if self.components.model_registry.enabled:
            found += (
                f"slipway:components.modelRegistry.{text}"
                for text in model_registry_problems(
                    self.components.model_registry,
                    user_header=self.identity.user_header,
                    user_prefix=self.identity.user_prefix,
                )
            )
        if found:
            raise ValueError("\n".join(found))
        return self

    def _teams_alone(self) -> Self:
        if not self.refers_to:
            raise ValueError(
                "slipway:scope: found 'teams'; allowed: with `cluster: {provider: existing, stack: ...}`, "
                "the stack that has the platform"
            )
        for name in self.model_fields_set - _OF_TEAMS:
            raise ValueError(
                f"slipway:{to_camel(name)}: belongs to the stack of the platform, {self.refers_to}; allowed "
                "with the scope 'teams': airgap, cluster, images, teams, teamDefaults"
            )
        return self

    def data_problems(self, cluster: str | None) -> list[str]:
        """What of `data` cannot be had on this kind of cluster; None where that is not known yet."""
        return list(
            data_problems(
                self.data,
                cluster=cluster,
                outbound=self.addons.istio.outbound_traffic,
                store=self.components.pipelines.enabled,
                root=self.components.pipelines.runs.default_pipeline_root,
            )
        )

    def pool_problems(self, pools: Sequence[NodePool]) -> list[str]:
        """What the stack asks of node pools that are not there, each as one sentence with its key."""
        if self.scope != "everything":
            return []
        names = [pool.name for pool in pools]
        found = list(
            self.components.problems(
                pools,
                knative=self.addons.knative.enabled,
                gateway_api=self.gateway_api,
                addresses=self.model_addresses,
            )
        )
        found += team_pool_problems(self.teams, self.team_defaults, pools, queues=self.addons.kueue.enabled)
        placed = [
            *placements(self.components, "components"),
            *placements(self.identity, "identity"),
            *placements(self.addons, "addons"),
            *(placements(self.minimal, "minimal") if self.minimal else ()),
        ]
        for path, placement in placed:
            if placement.node_pool is not None and placement.node_pool not in names:
                found.append(
                    f"slipway:{path}.nodePool: found '{placement.node_pool}'; allowed: a node pool of this "
                    f"stack ({', '.join(names) or 'it names none'})"
                )
        return found


def placements(settings: Settings, path: str) -> Iterator[tuple[str, Placement]]:
    """Every placement below a model, with its key."""
    for name, field in type(settings).model_fields.items():
        value = cast("object", getattr(settings, name))
        below = f"{path}.{field.alias or name}"
        if isinstance(value, Placement):
            yield below, value
        elif isinstance(value, Settings):
            yield from placements(value, below)


def platform_settings(given: Mapping[str, object]) -> PlatformSettings:
    """Check the settings of a stack, given as keys and values as the stack file has them.

    Raises SettingsError, which names each key that is wrong, what was found and what is allowed.
    """
    try:
        return PlatformSettings.model_validate(given)
    except ValidationError as error:
        raise explain(error, PlatformSettings) from None
