"""What runs a trial: the kinds of objects that Katib watches, and templates of them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import yaml
from pydantic import Field, field_validator

from ...kube.image import pinned
from ...kube.pulling import named_in
from ...settings_base import Settings

# Katib v0.19.0, manifests/v1beta1/installs/katib-cert-manager/katib-config.yaml.
TRIAL_RESOURCES = (
    "TrainJob.v1alpha1.trainer.kubeflow.org",
    "Job.v1.batch",
    "TFJob.v1.kubeflow.org",
    "PyTorchJob.v1.kubeflow.org",
    "MPIJob.v1.kubeflow.org",
    "XGBoostJob.v1.kubeflow.org",
)

_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")


class TrialResource(Settings):
    """A kind of object that runs trials, beside those that Katib is set up for."""

    kind: str = Field(pattern=r"^[A-Z][A-Za-z0-9]*$", description="Its kind: Workflow, RayJob, PipelineRun.")
    group: str = Field(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", description="Its API group.")
    version: str = Field(pattern=r"^v[0-9]+((alpha|beta)[0-9]+)?$", description="Its API version.")
    plural: str = Field(
        pattern=r"^[a-z][a-z0-9]*$", description="Its plural, by which roles name it: rayjobs."
    )
    between: tuple[str, ...] = Field(
        default=(),
        description="Plurals of the same group that own its pods in its name, as a RayJob's rayclusters do: "
        "the webhook has to look them up.",
    )

    @property
    def name(self) -> str:
        """The kind as Katib's configuration writes it: `Kind.version.group`."""
        return f"{self.kind}.{self.version}.{self.group}"


class TrialTemplatesSettings(Settings):
    """Templates of trials that everybody finds in the web app."""

    standard: bool = Field(
        default=True,
        description="Whether Katib's own are there: a Job, a TrainJob or PyTorchJob where this stack has "
        "them, and one each for ENAS and DARTS.",
    )
    additional: Mapping[str, str] = Field(
        default={}, description="Others by name: the YAML of a Job or of another kind that runs trials."
    )

    @field_validator("additional")
    @classmethod
    def _are_templates(cls, templates: Mapping[str, str]) -> Mapping[str, str]:
        for name, text in templates.items():
            if not _KEY.fullmatch(name):
                raise ValueError(
                    f"'{name}' is no key of a ConfigMap (letters, digits, '-', '_' and '.', at most 253)"
                )
            _check(name, text)
        return templates

    def unwatched(self, resources: Sequence[str]) -> Mapping[str, str]:
        """The kinds (`Kind.version.group`), by template, that are not among those watched."""
        found = {name: _resource(_manifest(text)) for name, text in self.additional.items()}
        return {name: resource for name, resource in found.items() if resource not in resources}


def _check(name: str, text: str) -> None:
    """Refuse what the controller would refuse (v0.19.0, validateTrialTemplate in validator.go)."""
    try:
        manifest = _manifest(text)
    except yaml.YAMLError as error:
        raise ValueError(f"'{name}' is no YAML: {error}") from None
    if not (manifest.get("apiVersion") and manifest.get("kind")):
        raise ValueError(f"'{name}' is no Kubernetes object: it needs apiVersion and kind")
    metadata: Mapping[str, Any] = manifest.get("metadata") or {}
    if "name" in metadata or "namespace" in metadata:
        raise ValueError(f"'{name}' names itself: metadata.name and metadata.namespace belong to each trial")
    for image in named_in(text):
        pinned(image)


def _manifest(text: str) -> Mapping[str, Any]:
    found: object = yaml.safe_load(text)
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}


def _resource(manifest: Mapping[str, Any]) -> str:
    group, _, version = str(manifest["apiVersion"]).rpartition("/")
    return f"{manifest['kind']}.{version}.{group}"
