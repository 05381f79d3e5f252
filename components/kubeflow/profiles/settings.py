"""What a stack may say about profiles."""

from typing import Literal

from pydantic import Field, field_validator

from ...kube.labels import Annotations, Labels
from ...kube.settings import Compute, ProgramSettings, WorkloadSettings
from ...settings_base import EmailAddress, Settings, duplicates

PART_OF = "app.kubernetes.io/part-of"
POD_SECURITY = "pod-security.kubernetes.io/enforce"

# GetProjectID of plugin_workload_identity.go reads the project between '@' and the next dot, and cuts the
# rest off without looking how long the name is.
_GOOGLE_ACCOUNT = r"^[^@\s]+@[^@.\s]+\.iam\.gserviceaccount\.com$"


class ProfilesSettings(Settings):
    """The profile controller and access management (KFAM), which run in one pod."""

    enabled: bool = Field(default=True, description="Whether profiles are installed.")
    controller: WorkloadSettings = Field(
        default=WorkloadSettings(requests=Compute(cpu="10m", memory="64Mi")),
        description="The pod, and the controller in it; with more replicas one leads and the others wait.",
    )
    access_management: ProgramSettings = Field(
        default=ProgramSettings(requests=Compute(cpu="5m", memory="32Mi")),
        description="Access management, the second container of the pod.",
    )
    # The level is one of controller-runtime's zap flags, which knows no 'warn'.
    log_level: Literal["debug", "info", "error"] = Field(
        default="info", description="Log level of the controller; access management has none."
    )
    admins: tuple[EmailAddress, ...] = Field(
        default=(),
        description="Administrators of all profiles: they may change the members of each and delete each. "
        "They get no right in Kubernetes by this.",
    )
    registration_flow: bool = Field(
        default=False,
        description="Whether people without a profile may create one of their own in the dashboard. Where "
        "they may not, the request is refused, whoever makes it.",
    )
    gateway_access: bool = Field(
        default=False,
        description="Whether signed-in people may call access management themselves, below /kfam/. Profiles "
        "can be created there by administrators, and by everybody with registrationFlow.",
    )
    pod_security: Literal["privileged", "baseline", "restricted"] = Field(
        default="baseline", description="Pod Security Standard that is enforced in each profile's namespace."
    )
    namespace_labels: Labels = Field(
        default={},
        description="Further labels of each profile's namespace. One that a namespace has keeps its value; "
        "an empty value removes the label.",
    )
    workload_identity: str | None = Field(
        default=None,
        pattern=_GOOGLE_ACCOUNT,
        description="Google service account of profiles whose plugins name none (plugin WorkloadIdentity).",
    )
    service_account_annotations: Annotations = Field(
        default={},
        description="Annotations of the controller's service account, by which a cloud gives it the identity "
        "that the plugins AwsIamForServiceAccount and WorkloadIdentity act with.",
    )

    @field_validator("admins")
    @classmethod
    def _each_once(cls, admins: tuple[str, ...]) -> tuple[str, ...]:
        if twice := duplicates(admins):
            raise ValueError(f"{', '.join(twice)} stands there more than once")
        return admins

    @field_validator("namespace_labels")
    @classmethod
    def _not_the_platforms_own(cls, labels: dict[str, str]) -> dict[str, str]:
        if PART_OF in labels:
            raise ValueError(f"{PART_OF} belongs to the platform, which finds the teams' namespaces by it")
        if POD_SECURITY in labels:
            raise ValueError(f"{POD_SECURITY} is set by podSecurity, next to namespaceLabels")
        return labels
