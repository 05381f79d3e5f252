"""The presets of LLM inference services: what a service consists of that says no more than its model.

The controller merges those that fit a service; what the service refers to is stronger than they, and what it
says itself is stronger than that (combineBaseRefsConfig of kserve/kserve v0.18.0, config_merge.go).
"""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from ....kube.pulling import pulled
from ....kube.scope import Scope
from ....versions import KServe as Images
from ..placement import Spec
from ..settings.llm import LLMSettings
from .workload import HARDENED, TLS_MOUNT, TLS_VOLUME, TRUST, Pods, workload

API = "serving.kserve.io/v1alpha2"
APP = "kserve"
PREFIX = "kserve-config-llm-"

_NAME = "{{ .ObjectMeta.Name }}"
_NAMESPACE = "{{ .ObjectMeta.Namespace }}"
_POOL = "{{ ChildName .ObjectMeta.Name `-inference-pool` }}"
_COMPLETIONS = ("/v1/completions", "/v1/chat/completions", "/v1/responses")

WORKLOADS: Mapping[str, Pods] = {
    "template": Pods(role="both", many=False),
    "worker-data-parallel": Pods(role="both", many=True),
    "decode-template": Pods(role="decode", many=False),
    "decode-worker-data-parallel": Pods(role="decode", many=True),
    "prefill-template": Pods(role="prefill", many=False),
    "prefill-worker-data-parallel": Pods(role="prefill", many=True),
}


def presets(scope: Scope, settings: LLMSettings, place: Spec, *, after: pulumi.Resource) -> None:
    """Declare every preset; `place` puts the pods that run models on a node pool."""
    specs: dict[str, Spec] = {name: workload(pods, settings, place) for name, pods in WORKLOADS.items()}
    specs["router-route"] = {"router": {"route": {"http": {"spec": _route()}}}}
    specs["scheduler"] = {
        "router": {"scheduler": {"pool": {"spec": _pool()}, "template": _scheduler(settings)}}
    }
    for name, spec in specs.items():
        CustomResource(
            f"{PREFIX}{name}",
            api_version=API,
            kind="LLMInferenceServiceConfig",
            metadata=scope.metadata(f"{PREFIX}{name}", app=APP),
            spec=spec,
            opts=scope.options(after),
        )


def images(settings: LLMSettings) -> tuple[str, ...]:
    """The images that the presets name."""
    return (
        pulled(settings.engine_image or Images.LLM_ENGINE),
        pulled(settings.routing_image or Images.LLM_ROUTING_SIDECAR),
        pulled(settings.scheduler_image or Images.LLM_SCHEDULER),
        pulled(settings.tokenizer_image or Images.LLM_TOKENIZER),
    )


def _route() -> Spec:
    """Paths below `/<namespace>/<name>`: completions go to the pod that is picked, the rest to any."""
    pool = {"group": "inference.networking.k8s.io", "kind": "InferencePool", "name": _POOL}
    service = {"kind": "Service", "name": "{{ ChildName .ObjectMeta.Name `-kserve-workload-svc` }}"}
    gateway = {
        "group": "gateway.networking.k8s.io",
        "kind": "Gateway",
        "name": "{{ .GlobalConfig.IngressGatewayName }}",
        "namespace": "{{ .GlobalConfig.IngressGatewayNamespace }}",
    }
    rules = [_rule(path, path, pool) for path in _COMPLETIONS]
    return {"parentRefs": [gateway], "rules": [*rules, _rule("", "/", service)]}


def _rule(path: str, becomes: str, backend: Mapping[str, str]) -> Spec:
    rewrite = {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": becomes}}
    return {
        "matches": [{"path": {"type": "PathPrefix", "value": f"/{_NAMESPACE}/{_NAME}{path}"}}],
        "filters": [{"type": "URLRewrite", "urlRewrite": rewrite}],
        "backendRefs": [{**backend, "port": 8000, "weight": 1}],
        # Answers take as long as they take.
        "timeouts": {"backendRequest": "0s", "request": "0s"},
    }


def _pool() -> Spec:
    return {
        "endpointPickerRef": {
            "failureMode": "FailOpen",
            "kind": "Service",
            "name": "{{ ChildName .ObjectMeta.Name `-epp-service` }}",
            "port": {"number": 9002},
        },
        "selector": {
            "matchLabels": {
                "app.kubernetes.io/name": _NAME,
                "app.kubernetes.io/part-of": "llminferenceservice",
                "kserve.io/component": "workload",
            }
        },
        "targetPorts": [{"number": 8000}],
    }


def _scheduler(settings: LLMSettings) -> Spec:
    """What picks a pod for each request, and what counts tokens for it."""
    return {
        "containers": [_picker(settings), _tokenizer(settings)],
        "terminationGracePeriodSeconds": 30,
        "volumes": [
            TLS_VOLUME,
            {"name": "tokenizer-uds", "emptyDir": {}},
            {"name": "tokenizer-tmp", "emptyDir": {}},
            {"name": "tokenizer-cache", "emptyDir": {}},
        ],
    }


def _picker(settings: LLMSettings) -> Spec:
    tls = "{{ if .GlobalConfig.EnableTLS }}%s{{ end }}"
    ports = {"grpc": 9002, "grpc-health": 9003, "metrics": 9090, "zmq": 5557}
    return {
        "name": "main",
        "image": pulled(settings.scheduler_image or Images.LLM_SCHEDULER),
        "command": [
            "/app/epp",
            *("--pool-name", _POOL),
            *("--pool-namespace", _NAMESPACE),
            *("--zap-encoder", "json"),
            *("--grpc-port", "9002"),
            *("--grpc-health-port", "9003"),
            tls % "--enable-cert-reload=true",
            tls % "--secure-serving=true",
            tls % "--model-server-metrics-scheme=https",
            tls % f"--cert-path={TLS_MOUNT['mountPath']}",
        ],
        "ports": [
            {"name": name, "containerPort": number, "protocol": "TCP"} for name, number in ports.items()
        ],
        "env": [TRUST],
        "resources": {"requests": {"cpu": "256m", "memory": "500Mi"}},
        "securityContext": HARDENED,
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "livenessProbe": _grpc("liveness", 5),
        "readinessProbe": _grpc("readiness", 30),
        "volumeMounts": [TLS_MOUNT, {"name": "tokenizer-uds", "mountPath": "/tmp/tokenizer"}],
    }


def _tokenizer(settings: LLMSettings) -> Spec:
    return {
        "name": "tokenizer",
        "image": pulled(settings.tokenizer_image or Images.LLM_TOKENIZER),
        "workingDir": "/mnt/models",
        "env": [{"name": "TOKENIZERS_DIR", "value": "/mnt/models"}],
        "ports": [{"name": "health", "containerPort": 8082, "protocol": "TCP"}],
        "resources": {"requests": {"cpu": "256m", "memory": "500Mi"}},
        "securityContext": HARDENED,
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "livenessProbe": _health(period=15, failures=3),
        "readinessProbe": _health(period=10, failures=3),
        "startupProbe": {**_health(period=10, failures=60), "initialDelaySeconds": 5},
        "volumeMounts": [
            # Its libraries write there when they are loaded.
            {"name": "tokenizer-tmp", "mountPath": "/tmp"},
            {"name": "tokenizer-cache", "mountPath": "/.cache"},
            {"name": "tokenizer-uds", "mountPath": "/tmp/tokenizer"},
        ],
    }


def _grpc(service: str, delay: int) -> Spec:
    return {
        "grpc": {"port": 9003, "service": service},
        "initialDelaySeconds": delay,
        "periodSeconds": 10,
        "failureThreshold": 3,
    }


def _health(*, period: int, failures: int) -> Spec:
    return {
        "httpGet": {"path": "/healthz", "port": 8082},
        "periodSeconds": period,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }
