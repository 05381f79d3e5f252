"""Programs that Katib's controller starts in teams' namespaces: algorithms, early stopping, collectors."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from ...kube.image import PinnedImage
from ...kube.quantity import parse_quantity
from ...kube.settings import Quantity
from ...settings_base import DnsLabel, Settings


class RuntimeRequests(Settings):
    """What is reserved. The defaults are Katib's own (v0.19.0, pkg/apis/config/v1beta1/defaults.go)."""

    cpu: Quantity | None = Field(default="50m", description="Cores; null reserves none.")
    memory: Quantity | None = Field(default="10Mi", description="Memory; null reserves none.")
    ephemeral_storage: Quantity | None = Field(
        default="500Mi", description="Local disk; null reserves none, as some cluster autoscalers want it."
    )


class RuntimeLimits(Settings):
    """What may be used at most. The defaults are Katib's own, as those of the requests."""

    cpu: Quantity | None = Field(default="500m", description="Cores; null: no limit.")
    memory: Quantity | None = Field(default="100Mi", description="Memory; null: no limit.")
    ephemeral_storage: Quantity | None = Field(default="5Gi", description="Local disk; null: no limit.")


class RuntimeResources(Settings):
    """Requests and limits of one container."""

    requests: RuntimeRequests = Field(default=RuntimeRequests(), description="What is reserved.")
    limits: RuntimeLimits = Field(default=RuntimeLimits(), description="What may be used at most.")

    @model_validator(mode="after")
    def _requests_fit_in_limits(self) -> Self:
        for name in RuntimeRequests.model_fields:
            request, limit = _value(self.requests, name), _value(self.limits, name)
            if request is not None and limit is not None and request > limit:
                key = RuntimeRequests.model_fields[name].alias
                raise ValueError(
                    f"requests.{key} '{getattr(self.requests, name)}' is above limits.{key} "
                    f"'{getattr(self.limits, name)}', and Kubernetes would refuse the pod; allowed: at most "
                    "the limit, or a limit of null for none"
                )
        return self


def _value(settings: Settings, name: str) -> Decimal | None:
    text = getattr(settings, name)
    return None if text is None else parse_quantity(text)


class RuntimeProgramSettings(Settings):
    """A program that the controller starts."""

    enabled: bool = Field(default=True, description="Whether experiments may use it.")
    image: PinnedImage | None = Field(default=None, description="Image; that of this release if not given.")
    pull_policy: Literal["IfNotPresent", "Always", "Never"] = Field(
        default="IfNotPresent", description="When a node pulls the image."
    )
    resources: RuntimeResources = Field(default=RuntimeResources(), description="Requests and limits.")


class SuggestionVolumeSettings(Settings):
    """The volume that an experiment with resumePolicy FromVolume gets, in its own namespace."""

    size: Quantity = Field(default="1Gi", description="Size of the volume.")
    access_mode: Literal["ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"] = Field(
        default="ReadWriteOnce", description="How many nodes may mount it."
    )
    storage_class: str | None = Field(
        default=None, min_length=1, description="Storage class; that of the cluster if not given."
    )


class SuggestionSettings(RuntimeProgramSettings):
    """An algorithm that suggests parameters or architectures: one Deployment for each experiment."""

    user: int | None = Field(
        default=1000,
        ge=1,
        description="User that it runs as, in group 0, for which the images are made; null: the image's own, "
        "which is root.",
    )
    service_account: DnsLabel | None = Field(
        default=None,
        description="Service account of its pods, which has to be in each team's namespace. With early "
        "stopping it must be allowed to change trials; without one given, Katib makes an account for that.",
    )
    volume: SuggestionVolumeSettings = Field(
        default=SuggestionVolumeSettings(), description="Its volume, where an experiment asks for one."
    )


class EarlyStoppingSettings(RuntimeProgramSettings):
    """An algorithm that stops trials early: a second container of the suggestion's pod."""


class CollectorSettings(RuntimeProgramSettings):
    """A metrics collector: a container that Katib adds to the pod of each trial."""

    wait_all_processes: bool = Field(
        default=False,
        description="Whether it waits for all processes of the pod rather than for the training program "
        "alone. The sidecar of the mesh, if a pod has one, never ends.",
    )


# Both are what upstream gives them (manifests/v1beta1/installs/katib-cert-manager/katib-config.yaml). The
# population of pbt is kept in a volume that it shares with its trials: whoever owns it there may write to it.
SUGGESTIONS: Mapping[str, SuggestionSettings] = {
    "random": SuggestionSettings(),
    "tpe": SuggestionSettings(),
    "grid": SuggestionSettings(),
    "hyperband": SuggestionSettings(),
    "bayesianoptimization": SuggestionSettings(),
    "cmaes": SuggestionSettings(),
    "sobol": SuggestionSettings(),
    "multivariate-tpe": SuggestionSettings(),
    "enas": SuggestionSettings(resources=RuntimeResources(limits=RuntimeLimits(memory="400Mi"))),
    "darts": SuggestionSettings(),
    "pbt": SuggestionSettings(
        user=None, volume=SuggestionVolumeSettings(size="5Gi", access_mode="ReadWriteMany")
    ),
}
EARLY_STOPPING: Mapping[str, EarlyStoppingSettings] = {"medianstop": EarlyStoppingSettings()}
COLLECTORS: Mapping[str, CollectorSettings] = {
    "StdOut": CollectorSettings(),
    "File": CollectorSettings(),
    "TensorFlowEvent": CollectorSettings(resources=RuntimeResources(limits=RuntimeLimits(memory="1Gi"))),
}
# Kinds that Katib knows and has no program for (pkg/apis/controller/common/v1beta1/common_types.go).
OWN_COLLECTORS = ("PrometheusMetric",)
