"""What a stack may say about one team."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ..kube.labels import Labels
from ..settings_base import DnsLabel, EmailAddress, Settings, duplicates
from .pod_default_settings import PodDefaultSettings
from .quota_settings import LimitSettings, QuotaSettings

# The names that access management has for the roles kubeflow-admin, -edit and -view.
Role = Literal["admin", "edit", "view"]

# Labels by which the mesh, Kubernetes and the platform know a team's namespace.
_OWN_LABELS = (
    "pod-security.kubernetes.io/",
    "slipway.dev/",
    "kubernetes.io/",
    "istio.io/",
    "istio-injection",
)
_OWN_KEYS = ("app.kubernetes.io/part-of", "app.kubernetes.io/managed-by")


def _budget_labels(labels: Mapping[str, str]) -> Mapping[str, str]:
    for key in labels:
        if key in _OWN_KEYS or key.startswith(_OWN_LABELS):
            raise ValueError(f"'{key}' is set by the platform; allowed: labels of your own, as cost-center")
    return labels


class MemberSettings(Settings):
    """A person of a team."""

    user: EmailAddress = Field(description="The person, as the identity provider writes the address.")
    role: Role = Field(default="edit", description="What the person may do.")


class GroupSettings(Settings):
    """A group of the identity provider."""

    group: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^,*\s]+$")] = Field(
        description="The group, as the identity provider writes it."
    )
    role: Role = Field(default="edit", description="What its members may do.")


class TeamSettings(Settings):
    """One team; the key that it stands under is the name of its namespace."""

    owner: EmailAddress = Field(description="Who owns it, and may change its members in the dashboard.")
    members: tuple[MemberSettings, ...] = Field(default=(), description="People beside the owner.")
    groups: tuple[GroupSettings, ...] = Field(default=(), description="Groups of the identity provider.")
    state: Literal["active", "deleting"] = Field(
        default="active",
        description="`deleting` lifts the protection of a team's data: with the run after it, in which the "
        "team is taken out of the stack, all of it goes.",
    )
    pod_security: Literal["baseline", "restricted"] | None = Field(
        default=None,
        description="Pod Security Standard that its namespace enforces; that of components.profiles unless "
        "said, and `baseline` where that is `privileged`.",
    )
    labels: Annotated[Labels, AfterValidator(_budget_labels)] = Field(
        default={}, description="Labels of its namespace, by which costs are told apart."
    )
    quota: QuotaSettings | None = Field(
        default=None, description="What it may use; teamDefaults unless said."
    )
    limits: LimitSettings | None = Field(
        default=None, description="What a container or claim may use; teamDefaults unless said."
    )
    node_pools: tuple[str, ...] | None = Field(
        default=None, description="Node pools with taints that it may use; teamDefaults unless said."
    )
    pod_defaults: Mapping[DnsLabel, PodDefaultSettings] = Field(
        default={}, description="PodDefaults of its own, beside those of teamDefaults."
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        _once("members", (member.user for member in self.members))
        _once("groups", (group.group for group in self.groups))
        if any(member.user.lower() == self.owner.lower() for member in self.members):
            raise ValueError(
                f"members: found the owner, {self.owner}; allowed: others, the owner may do everything"
            )
        return self


def _once(key: str, names: Iterable[str]) -> None:
    if twice := duplicates(name.lower() for name in names):
        raise ValueError(f"{key}: found {', '.join(twice)} more than once; allowed: once, with one role")
