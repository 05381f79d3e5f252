"""What a stack may say about PodDefaults."""

from typing import Literal

from pydantic import Field

from ...kube.settings import Compute, WorkloadSettings
from ...settings_base import Settings

Writers = Literal["clusterAdmins", "owners", "contributors"]


class PodDefaultsSettings(Settings):
    """The webhook that applies PodDefaults."""

    enabled: bool = Field(default=True, description="Whether PodDefaults are installed.")
    webhook: WorkloadSettings = Field(
        default=WorkloadSettings(requests=Compute(cpu="10m", memory="32Mi")),
        description="The webhook; it keeps no state, so that any number of replicas answers.",
    )
    failure_policy: Literal["Fail", "Ignore"] = Field(
        default="Fail",
        description="What becomes of a team's new pods while the webhook does not answer: Fail refuses them, "
        "Ignore creates them without what their PodDefaults would have added.",
    )
    timeout_seconds: int = Field(
        default=10, ge=1, le=30, description="How long the API server waits for the webhook, in seconds."
    )
    writable_by: Writers = Field(
        default="clusterAdmins",
        description="Who may write the PodDefaults of a namespace: nobody but the cluster's administrators, "
        "also its owner, or also its contributors and the pods of default-editor.",
    )
