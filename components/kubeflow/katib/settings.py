"""What a stack may say about Katib."""

from collections.abc import Mapping
from typing import Any, Literal, Self, TypeVar, cast

from pydantic import Field, TypeAdapter, field_validator, model_validator

from ...kube.settings import Compute, WorkloadSettings
from ...settings_base import DnsLabel, Settings, duplicates, merged
from ...storage import DatabaseSettings, VolumeSettings
from .runtime_settings import (
    COLLECTORS,
    EARLY_STOPPING,
    OWN_COLLECTORS,
    SUGGESTIONS,
    CollectorSettings,
    EarlyStoppingSettings,
    RuntimeProgramSettings,
    SuggestionSettings,
)
from .trial_settings import TRIAL_RESOURCES, TrialResource, TrialTemplatesSettings

_DNS_LABEL: TypeAdapter[str] = TypeAdapter(DnsLabel)

P = TypeVar("P", bound=RuntimeProgramSettings)


class ControllerSettings(WorkloadSettings):
    """The controller, and the webhooks that it answers."""

    metrics: bool = Field(default=True, description="Whether Prometheus is told to scrape it.")
    suggestion_probes: bool = Field(
        default=True, description="Whether algorithms get probes, which needs their gRPC health service."
    )
    same_security_context: bool = Field(
        default=False,
        description="Whether a metrics collector gets the security context of the trial's first container, "
        "which namespaces with the Pod Security Standard restricted ask for.",
    )
    pod_failure_policy: Literal["Fail", "Ignore"] = Field(
        default="Fail",
        description="What happens to pods of teams while the webhook does not answer. With Ignore they "
        "start, and trials among them report no metrics.",
    )


class DatabaseManagerSettings(WorkloadSettings):
    """The program between trials and the database."""

    connect_timeout_seconds: int = Field(
        default=60, ge=5, le=3600, description="How long it tries to reach the database when it starts."
    )


class KatibSettings(Settings):
    """Hyperparameter tuning, neural architecture search and early stopping."""

    enabled: bool = Field(default=True, description="Whether it is installed.")
    controller: ControllerSettings = Field(
        default=ControllerSettings(requests=Compute(cpu="10m", memory="128Mi")),
        description="The controller; with more replicas one leads, and all answer webhooks.",
    )
    database_manager: DatabaseManagerSettings = Field(
        default=DatabaseManagerSettings(requests=Compute(cpu="5m", memory="32Mi")),
        description="The program between trials and the database.",
    )
    ui: WorkloadSettings = Field(
        default=WorkloadSettings(requests=Compute(cpu="5m", memory="64Mi")),
        description="The web app.",
    )
    database: DatabaseSettings = Field(
        default=DatabaseSettings(
            requests=Compute(cpu="50m", memory="512Mi"), volume=VolumeSettings(size="10Gi")
        ),
        description="The database, where it runs in the cluster.",
    )
    trial_resources: tuple[TrialResource, ...] = Field(
        default=(),
        description="Kinds that run trials, beside Job, TrainJob, TFJob, PyTorchJob, MPIJob and XGBoostJob.",
    )
    trial_templates: TrialTemplatesSettings = Field(
        default=TrialTemplatesSettings(), description="Templates in the web app."
    )
    suggestions: Mapping[str, SuggestionSettings] = Field(
        default={}, description=f"Algorithms by name: {', '.join(SUGGESTIONS)}, or one with its own image."
    )
    early_stopping: Mapping[str, EarlyStoppingSettings] = Field(
        default={},
        description=f"Early stopping by name: {', '.join(EARLY_STOPPING)}, or one with its own image.",
    )
    metrics_collectors: Mapping[str, CollectorSettings] = Field(
        default={},
        description=f"Metrics collectors by kind: {', '.join(COLLECTORS)}, or {', '.join(OWN_COLLECTORS)} "
        "with an image.",
    )

    @field_validator("suggestions", mode="before")
    @classmethod
    def _all_suggestions(cls, given: object) -> object:
        return _laid_over(SUGGESTIONS, given)

    @field_validator("early_stopping", mode="before")
    @classmethod
    def _all_early_stopping(cls, given: object) -> object:
        return _laid_over(EARLY_STOPPING, given)

    @field_validator("metrics_collectors", mode="before")
    @classmethod
    def _all_collectors(cls, given: object) -> object:
        return _laid_over(COLLECTORS, given)

    @field_validator("suggestions")
    @classmethod
    def _suggestions_have_images(
        cls, given: Mapping[str, SuggestionSettings]
    ) -> Mapping[str, SuggestionSettings]:
        return _with_images(given, SUGGESTIONS)

    @field_validator("early_stopping")
    @classmethod
    def _early_stopping_has_images(
        cls, given: Mapping[str, EarlyStoppingSettings]
    ) -> Mapping[str, EarlyStoppingSettings]:
        return _with_images(given, EARLY_STOPPING)

    @field_validator("metrics_collectors")
    @classmethod
    def _collectors_are_known(cls, given: Mapping[str, CollectorSettings]) -> Mapping[str, CollectorSettings]:
        known = (*COLLECTORS, *OWN_COLLECTORS)
        for kind, settings in given.items():
            if kind not in known:
                raise ValueError(f"'{kind}' is no kind of metrics collector; allowed: {', '.join(known)}")
            if kind in OWN_COLLECTORS and settings.image is None:
                raise ValueError(f"'{kind}' needs an image: Katib has no program of its own for it")
        return given

    @field_validator("trial_resources")
    @classmethod
    def _each_kind_once(cls, resources: tuple[TrialResource, ...]) -> tuple[TrialResource, ...]:
        if twice := duplicates([*TRIAL_RESOURCES, *(one.name for one in resources)]):
            raise ValueError(f"{', '.join(twice)} stands there more than once, or is one of Katib's own")
        return resources

    @model_validator(mode="after")
    def _templates_are_of_watched_kinds(self) -> Self:
        for name, resource in self.trial_templates.unwatched(self.watched).items():
            raise ValueError(
                f"trialTemplates.additional: '{name}' is a {resource}, which no trial can be; allowed: "
                f"{', '.join(self.watched)}, and what trialResources add"
            )
        return self

    @property
    def watched(self) -> tuple[str, ...]:
        """The kinds that run trials, as Katib's configuration writes them: `Kind.version.group`."""
        return (*TRIAL_RESOURCES, *(one.name for one in self.trial_resources))


def _laid_over(built_in: Mapping[str, P], given: object) -> object:
    """What is built in, with what a stack says about it laid on it, and what it adds."""
    if not isinstance(given, Mapping):
        return given
    entries = cast("Mapping[str, object]", given)
    return {**built_in, **{name: _one(built_in.get(name), value) for name, value in entries.items()}}


def _one(built_in: Settings | None, value: object) -> object:
    if isinstance(value, Settings):
        value = value.model_dump(by_alias=True, exclude_unset=True)
    if built_in is None or not isinstance(value, Mapping):
        return value
    base = built_in.model_dump(by_alias=True, exclude_unset=True)
    return merged(base, cast("Mapping[str, Any]", value))


def _with_images(given: Mapping[str, P], built_in: Mapping[str, P]) -> Mapping[str, P]:
    for name, settings in given.items():
        # It becomes a part of the names of Deployments and Services.
        _DNS_LABEL.validate_python(name)
        if settings.image is None and name not in built_in:
            raise ValueError(
                f"'{name}' is none of Katib's own ({', '.join(built_in)}); one of yours needs an image"
            )
    return given
