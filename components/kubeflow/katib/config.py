"""The KatibConfig: what the controller reads when it starts, and whenever an experiment begins.

Fields: kubeflow/katib v0.19.0, pkg/apis/config/v1beta1/types.go. What is left out has the default of
defaults.go there.
"""

from collections.abc import Mapping, Sequence

import yaml

from ...kube.pulling import pulled
from ...versions import Katib as Images
from .runtime_settings import (
    CollectorSettings,
    EarlyStoppingSettings,
    RuntimeLimits,
    RuntimeProgramSettings,
    RuntimeRequests,
    RuntimeResources,
    SuggestionSettings,
    SuggestionVolumeSettings,
)
from .settings import KatibSettings

FILE = "katib-config.yaml"

METRICS, HEALTH, WEBHOOK = 8080, 18080, 8443
# The controller's own default, which the rights to its lock name (defaults.go).
LOCK = "3fbc96e9.katib.kubeflow.org"

_IMAGES: Mapping[str, str] = {
    "random": Images.HYPEROPT,
    "tpe": Images.HYPEROPT,
    "grid": Images.OPTUNA,
    "hyperband": Images.HYPERBAND,
    "bayesianoptimization": Images.SKOPT,
    "cmaes": Images.GOPTUNA,
    "sobol": Images.GOPTUNA,
    "multivariate-tpe": Images.OPTUNA,
    "enas": Images.ENAS,
    "darts": Images.DARTS,
    "pbt": Images.PBT,
    "medianstop": Images.MEDIAN_STOP,
    "StdOut": Images.FILE_COLLECTOR,
    "File": Images.FILE_COLLECTOR,
    "TensorFlowEvent": Images.EVENT_COLLECTOR,
}
# Read as "none at all" by the controller, which puts its default where nothing is given (defaults.go).
_NONE = "-1"


def initial(settings: KatibSettings) -> Mapping[str, object]:
    """What the controller reads once, when it starts."""
    controller: dict[str, object] = {
        "webhookPort": WEBHOOK,
        "metricsAddr": f":{METRICS}",
        "healthzAddr": f":{HEALTH}",
        "trialResources": list(settings.watched),
        # Elected also when alone: while a new pod takes over from an old one there are two.
        "enableLeaderElection": True,
        "leaderElectionID": LOCK,
        "enableGRPCProbeInSuggestion": settings.controller.suggestion_probes,
        "injectSecurityContext": settings.controller.same_security_context,
    }
    return {"controller": controller}


def katib_config(settings: KatibSettings) -> str:
    """The whole configuration, as YAML."""
    runtime: dict[str, object] = {
        "metricsCollectors": [
            {"kind": kind, **_collector(kind, one)}
            for kind, one in settings.metrics_collectors.items()
            if one.enabled
        ],
        "suggestions": [
            {"algorithmName": name, **_suggestion(name, one)}
            for name, one in settings.suggestions.items()
            if one.enabled
        ],
        "earlyStoppings": [
            {"algorithmName": name, **_program(name, one)}
            for name, one in settings.early_stopping.items()
            if one.enabled
        ],
    }
    document = {
        "apiVersion": "config.kubeflow.org/v1beta1",
        "kind": "KatibConfig",
        "init": initial(settings),
        "runtime": runtime,
    }
    return yaml.safe_dump(document, sort_keys=False)


def images(settings: KatibSettings) -> Sequence[str]:
    """The images of everything that experiments may use, each once."""
    programs: list[tuple[str, RuntimeProgramSettings]] = [
        *settings.metrics_collectors.items(),
        *settings.suggestions.items(),
        *settings.early_stopping.items(),
    ]
    return list(dict.fromkeys(_image(name, one) for name, one in programs if one.enabled))


def _image(name: str, settings: RuntimeProgramSettings) -> str:
    return pulled(settings.image or _IMAGES[name])


def _program(name: str, settings: RuntimeProgramSettings | EarlyStoppingSettings) -> dict[str, object]:
    result: dict[str, object] = {"image": _image(name, settings)}
    if settings.pull_policy != "IfNotPresent":
        result["imagePullPolicy"] = settings.pull_policy
    if resources := _resources(settings.resources):
        result["resources"] = resources
    return result


def _collector(kind: str, settings: CollectorSettings) -> dict[str, object]:
    return {**_program(kind, settings), "waitAllProcesses": settings.wait_all_processes}


def _suggestion(name: str, settings: SuggestionSettings) -> dict[str, object]:
    security: dict[str, object] = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    if settings.user is not None:
        security |= {"runAsNonRoot": True, "runAsUser": settings.user}
    result = {**_program(name, settings), "securityContext": security}
    if settings.service_account is not None:
        result["serviceAccountName"] = settings.service_account
    if settings.volume != SuggestionVolumeSettings():
        result["persistentVolumeClaimSpec"] = _claim(settings.volume)
    return result


def _claim(volume: SuggestionVolumeSettings) -> dict[str, object]:
    claim: dict[str, object] = {
        "accessModes": [volume.access_mode],
        "resources": {"requests": {"storage": volume.size}},
    }
    if volume.storage_class is not None:
        claim["storageClassName"] = volume.storage_class
    return claim


def _resources(resources: RuntimeResources) -> dict[str, object]:
    found = {
        "requests": _changed(resources.requests, RuntimeRequests()),
        "limits": _changed(resources.limits, RuntimeLimits()),
    }
    return {name: values for name, values in found.items() if values}


def _changed(settings: RuntimeRequests | RuntimeLimits, default: RuntimeRequests | RuntimeLimits) -> object:
    names = {"cpu": "cpu", "memory": "memory", "ephemeral_storage": "ephemeral-storage"}
    return {
        resource: getattr(settings, field) or _NONE
        for field, resource in names.items()
        if getattr(settings, field) != getattr(default, field)
    }
