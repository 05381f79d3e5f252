"""All settings of a stack in one model: what `stacks/Pulumi.<stack>.yaml` may say below `slipway:`."""

from collections.abc import Mapping, Sequence
from typing import Literal, Self, cast

from pydantic import Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from .addons import AddonsSettings
from .clusters.choice import ClusterSettings
from .clusters.default_sharing import with_default_sharing
from .clusters.existing.settings import ExistingSettings
from .components_settings import ComponentsSettings
from .contracts import NodePool
from .gpu.settings import GpuSettings
from .identity.gateway_settings import GatewaySettings
from .identity.settings import IdentitySettings
from .identity.tls import SECRET as CERTIFICATE
from .images import AirgapSettings, ImagesSettings
from .kube.architectures import Architecture
from .kube.outbound import ProxySettings
from .kube.running import AvailabilitySettings
from .kubeflow.serving import EXAMPLE, ModelAddresses, listens, model_hosts, uses_gateway_api
from .minimal import MinimalSettings
from .minimal.rules import with_presets
from .monitoring import MonitoringSettings
from .platform_problems import data_problems, pool_problems, stack_problems
from .settings_base import DnsLabel, Settings
from .settings_errors import explain
from .storage.data_settings import DataSettings
from .teams import TeamDefaults, TeamSettings

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
        found = stack_problems(self)
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
        return data_problems(self, cluster)

    def pool_problems(self, pools: Sequence[NodePool]) -> list[str]:
        """What the stack asks of node pools that are not there, each as one sentence with its key."""
        return pool_problems(self, pools)


def platform_settings(given: Mapping[str, object]) -> PlatformSettings:
    """Check the settings of a stack, given as keys and values as the stack file has them.

    Raises SettingsError, which names each key that is wrong, what was found and what is allowed.
    """
    try:
        return PlatformSettings.model_validate(given)
    except ValidationError as error:
        raise explain(error, PlatformSettings) from None
