"""What a stack may say about runs, and about what they leave behind."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from ...kube.image import PinnedImage
from ...settings_base import DnsLabel, Settings

NAMESPACE = "{namespace}"
# How backend/src/v2/objectstore/config.go (kubeflow/pipelines 2.16.1) takes a root apart.
_ROOT = r"^(minio|s3|gs)://[^/?\s]+(/[^?\s]*)?(\?\S+)?$"


class WorkspaceSettings(Settings):
    """The volume of a run that asks for a workspace and does not say which."""

    storage_class: str | None = Field(
        default=None, description="Storage class; the cluster's own if not given."
    )
    access_mode: Literal["ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"] = Field(
        default="ReadWriteOnce",
        description="How pods share it. Steps that run at the same time on several nodes need ReadWriteMany.",
    )


class RunSettings(Settings):
    """What holds for every run."""

    default_pipeline_root: str | None = Field(
        default=None,
        pattern=_ROOT,
        description="Where runs keep their artifacts unless they say otherwise: minio://, s3:// or gs://, "
        "with {namespace} in place of the team's. Not given: below private-artifacts/{namespace} in the "
        "bucket of this stack.",
    )
    service_account: DnsLabel = Field(
        default="default-editor",
        description="Service account of the pods of a run that names none, in the team's namespace.",
    )
    driver_image: PinnedImage | None = Field(
        default=None, description="Image that prepares steps; the pinned one of this release if not given."
    )
    launcher_image: PinnedImage | None = Field(
        default=None, description="Image that starts steps; the pinned one of this release if not given."
    )
    verbosity: int = Field(
        default=1, ge=0, le=10, description="How much driver and launcher log (glog's -v)."
    )
    keep_logs: bool = Field(
        default=True, description="Whether the logs of steps are kept in the object store."
    )
    run_as_user: int | None = Field(
        default=None, ge=1, description="User of steps whose pipeline sets none; not given: the image's."
    )
    run_as_group: int | None = Field(default=None, ge=1, description="Their group, in the same way.")
    run_as_non_root: bool | None = Field(
        default=None, description="Whether they must not run as root, in the same way."
    )
    workspace: WorkspaceSettings = Field(
        default=WorkspaceSettings(), description="Volumes of runs that ask for a workspace."
    )
    workflow_spec_patch: Mapping[str, Any] = Field(
        default={},
        description="Laid over the spec of every compiled Workflow (Argo's fields, JSON merge patch).",
    )

    @field_validator("default_pipeline_root")
    @classmethod
    def _each_team_has_its_own(cls, root: str | None) -> str | None:
        if root is not None and NAMESPACE not in root:
            raise ValueError(
                f"'{root}' is the same for all teams, who could read each other's artifacts there; allowed: "
                f"a root with {NAMESPACE} in it, as in minio://mlpipeline/private-artifacts/{NAMESPACE}"
            )
        return root


class RetentionSettings(Settings):
    """How long what runs leave behind is kept. The list of runs itself stays until runs are deleted."""

    workflow_hours: int = Field(
        default=24,
        ge=1,
        description="Hours after which a finished run's Workflow goes, with its pods. The run stays listed.",
    )
    pods: Literal["keep", "OnPodCompletion", "OnPodSuccess", "OnWorkflowCompletion", "OnWorkflowSuccess"] = (
        Field(
            default="keep",
            description="When a step's pod goes already before that (Argo's podGC): its events go with it, "
            "its log stays where keepLogs is true.",
        )
    )
    artifact_days: int = Field(
        default=0,
        ge=0,
        description="Days after which teams' artifacts and logs go from the object store; 0: never.",
    )

    @model_validator(mode="after")
    def _artifacts_outlive_workflows(self) -> Self:
        if self.artifact_days and self.artifact_days * 24 < self.workflow_hours:
            raise ValueError(
                f"artifactDays {self.artifact_days} ends before workflowHours {self.workflow_hours}: runs "
                "would be shown whose artifacts are gone; allowed: at least workflowHours / 24"
            )
        return self
