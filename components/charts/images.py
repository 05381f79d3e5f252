"""Images of charts: by which values each chart is told where they are.

Sources: values.yaml of each chart at the version in components/versions.py. Charts pull by tag: their values
have a place for the repository, and few of them one for a digest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

from ..contracts import Capabilities
from ..kube.image import Reference
from ..kube.pulling import PULL_SECRET, current, pulled
from ..settings_base import merged
from ..versions import Chart, Charts

# What a value holds: registry and path of an image; the same without its last part; registry and path apart.
Form = Literal["whole", "above", "apart"]


@dataclass(frozen=True, kw_only=True)
class _Told:
    """How a chart is told about images.

    Attributes:
        images: by the path of a value, the last part of the image's path that it is about.
        form, key: what the value holds, and under which key.
        secrets: paths of the values that name pull secrets, and whether by name alone or as `{name: ...}`.
    """

    images: Mapping[str, str]
    form: Form = "whole"
    key: str = "repository"
    secrets: Sequence[str] = ()
    by_name: bool = False


_DISCOVERY = "node-feature-discovery"
_OPERANDS = {
    "operator": "gpu-operator",
    "validator": "gpu-operator",
    "driver": "driver",
    "driver.manager": "k8s-driver-manager",
    "toolkit": "container-toolkit",
    "devicePlugin": "k8s-device-plugin",
    "gfd": "k8s-device-plugin",
    "dcgmExporter": "dcgm-exporter",
    "migManager": "k8s-mig-manager",
}
# Those of them that run pods of their own, as templates/clusterpolicy.yaml has it.
_WITH_SECRETS = tuple(operand for operand in _OPERANDS if operand != "driver.manager")

_TOLD: Mapping[Chart, Sequence[_Told]] = {
    Charts.CERT_MANAGER: [
        _Told(
            images={
                "image": "cert-manager-controller",
                "webhook.image": "cert-manager-webhook",
                "cainjector.image": "cert-manager-cainjector",
                "acmesolver.image": "cert-manager-acmesolver",
            },
            secrets=["global.imagePullSecrets"],
        )
    ],
    Charts.ISTIO_BASE: [],
    Charts.ISTIOD: [
        # The sidecars that it puts into pods come from there too.
        _Told(
            images={"global": "pilot"},
            form="above",
            key="hub",
            secrets=["global.imagePullSecrets"],
            by_name=True,
        )
    ],
    Charts.ISTIO_CNI: [
        _Told(
            images={"global": "install-cni"},
            form="above",
            key="hub",
            secrets=["global.imagePullSecrets"],
            by_name=True,
        )
    ],
    # Its image is the sidecar's, which istiod fills in.
    Charts.ISTIO_GATEWAY: [_Told(images={}, secrets=["imagePullSecrets"])],
    # Of the images that the operator installs in turn, its object KnativeServing tells it.
    Charts.KNATIVE_OPERATOR: [
        _Told(
            images={
                "knative_operator.knative_operator": "operator",
                "knative_operator.operator_webhook": "webhook",
            },
            key="image",
        )
    ],
    Charts.KUEUE: [
        _Told(
            images={"controllerManager.manager.image": "kueue"},
            secrets=["controllerManager.imagePullSecrets"],
        )
    ],
    Charts.KUBERAY: [_Told(images={"image": "operator"}, secrets=["imagePullSecrets"])],
    Charts.PROMETHEUS: [
        _Told(
            images={
                "prometheusOperator.image": "prometheus-operator",
                "prometheusOperator.prometheusConfigReloader.image": "prometheus-config-reloader",
                "prometheus.prometheusSpec.image": "prometheus",
                "alertmanager.alertmanagerSpec.image": "alertmanager",
                "prometheus-node-exporter.image": "node-exporter",
                "kube-state-metrics.image": "kube-state-metrics",
            },
            form="apart",
            secrets=["global.imagePullSecrets"],
        )
    ],
    Charts.NVIDIA_DEVICE_PLUGIN: [
        _Told(
            images={"image": "k8s-device-plugin", "nfd.image": _DISCOVERY},
            secrets=["imagePullSecrets", "nfd.imagePullSecrets"],
        )
    ],
    Charts.DCGM_EXPORTER: [_Told(images={"image": "dcgm-exporter"}, secrets=["imagePullSecrets"])],
    Charts.GPU_OPERATOR: [
        _Told(
            images=_OPERANDS,
            form="above",
            secrets=[f"{operand}.imagePullSecrets" for operand in _WITH_SECRETS],
            by_name=True,
        ),
        _Told(
            images={f"{_DISCOVERY}.image": _DISCOVERY},
            secrets=[f"{_DISCOVERY}.imagePullSecrets"],
        ),
    ],
    Charts.CLUSTER_AUTOSCALER: [
        _Told(images={"image": "cluster-autoscaler"}, secrets=["image.pullSecrets"], by_name=True)
    ],
    Charts.AWS_LOAD_BALANCER_CONTROLLER: [
        _Told(images={"image": "aws-load-balancer-controller"}, secrets=["imagePullSecrets"])
    ],
    Charts.AWS_EFA_DEVICE_PLUGIN: [
        _Told(images={"image": "aws-efa-k8s-device-plugin"}, secrets=["imagePullSecrets"])
    ],
}


def images_of(*pins: Chart) -> tuple[str, ...]:
    """The names by which the images of charts are pulled, each once."""
    return tuple(dict.fromkeys(pulled(image, by_tag=True) for pin in pins for image in pin.images))


def installed(capabilities: Capabilities, *pins: Chart) -> bool:
    """Whether charts that belong together are installed: where the pods of all of them run."""
    return capabilities.runs(*images_of(*pins))


def image_values(pin: Chart, *, secret: str = PULL_SECRET) -> dict[str, Any]:
    """Values that tell a chart where its images are; none where they stay where they are."""
    found: dict[str, Any] = {}
    for told in _TOLD.get(pin, ()):
        for path, last in told.images.items():
            image = next(one for one in pin.images if Reference.of(one).path.rpartition("/")[2] == last)
            if pulled(image, by_tag=True) != image:
                copy = Reference.of(pulled(image, by_tag=True))
                found = merged(found, _nested(path, _value(told.form, copy, told.key)))
        if current().credentials is not None:
            names = [secret] if told.by_name else [{"name": secret}]
            for path in told.secrets:
                above, _, key = path.rpartition(".")
                found = merged(found, _nested(above, {key: names}))
    return found


def has_secrets(pin: Chart) -> bool:
    """Whether the values of a chart have a place for pull secrets."""
    return any(told.secrets for told in _TOLD.get(pin, ()))


def _value(form: Form, copy: Reference, key: str) -> dict[str, Any]:
    match form:
        case "whole":
            return {key: copy.repository}
        case "above":
            return {key: copy.repository.rpartition("/")[0]}
        case "apart":
            return {"registry": copy.registry, "repository": copy.path}


def _nested(path: str, value: dict[str, Any]) -> dict[str, Any]:
    """The value below a path of keys."""
    keys = path.split(".") if path else []
    return reduce(lambda inner, key: {key: inner}, reversed(keys), value)
