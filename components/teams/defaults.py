"""What all teams of a stack have in common, as settings."""

from collections.abc import Mapping

from pydantic import Field

from ..kube.outbound import ProxySettings
from ..settings_base import DnsLabel, Settings
from .pod_default_settings import PodDefaultSettings
from .quota_settings import LimitSettings, QuotaSettings


class TeamDefaults(Settings):
    """What holds for each team that does not say otherwise."""

    keep_data: bool | None = Field(
        default=None,
        description="Whether namespace and Profile of a team that leaves the stack stay, with all its data. "
        "Unless said: yes, but for clusters on this machine (`simulated`, `kind`).",
    )
    quota: QuotaSettings = Field(default=QuotaSettings(), description="What a team may use.")
    limits: LimitSettings = Field(default=LimitSettings(), description="What a container or claim may use.")
    node_pools: tuple[str, ...] | None = Field(
        default=None,
        description="Node pools with taints that a team may use; all unless said. A pool without taints is "
        "open to every pod.",
    )
    proxy: ProxySettings | None = Field(
        default=None,
        description="The way to the internet, a PodDefault `proxy` for each pod; that of the platform unless "
        "said.",
    )
    pip_mirror: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="Index where pip finds packages, a PodDefault `pip-mirror` for each pod.",
    )
    pod_defaults: Mapping[DnsLabel, PodDefaultSettings] = Field(
        default={}, description="Further PodDefaults of each team, by name."
    )

    elsewhere: tuple[DnsLabel, ...] = Field(
        default=(),
        description="Teams of other stacks on this platform, by name: for each the bucket of pipelines has "
        "keys.",
    )

    @property
    def wants_pod_defaults(self) -> bool:
        """Whether the API type PodDefault has to be there."""
        return bool(self.proxy or self.pip_mirror or self.pod_defaults)
