"""The presets of pods that run a large language model: vLLM on one node or across nodes.

A service in which prefill and decode are apart has pods of both roles. Names, ports, flags and paths:
kserve/kserve v0.18.0, config/llmisvcconfig. What stands in `{{ }}` is a Go template that the controller fills
for each service (ReplaceVariables in pkg/controller/v1alpha2/llmisvc/config_merge.go): on the preset written
as JSON, so that an action holds no double quote.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from ....kube.pulling import pulled
from ....versions import KServe as Images
from ..placement import SECURITY, Spec
from ..settings.llm import LLMSettings

_HERE = Path(__file__).parent

CERTIFICATES = "/var/run/kserve/tls"
TLS_VOLUME: Spec = {
    "name": "tls-certs",
    "secret": {"secretName": "{{ ChildName .ObjectMeta.Name `-kserve-self-signed-certs` }}"},
}
TLS_MOUNT: Spec = {"name": "tls-certs", "mountPath": CERTIFICATES, "readOnly": True}
HARDENED: Spec = {**SECURITY, "readOnlyRootFilesystem": True}
TRUST: Spec = {
    "name": "SSL_CERT_DIR",
    "value": f"{CERTIFICATES}:/var/run/secrets/kubernetes.io/serviceaccount:/etc/pki/tls/certs",
}

# Memory registration and raw packets, as RDMA needs them.
_RDMA = ("IPC_LOCK", "SYS_RAWIO", "NET_RAW")

_TLS_FLAGS = (
    "{{ if .GlobalConfig.EnableTLS }}--enable-ssl-refresh "
    f"--ssl-certfile {CERTIFICATES}/tls.crt --ssl-keyfile {CERTIFICATES}/tls.key"
    "{{ end }}"
)

Role = Literal["both", "decode", "prefill"]


@dataclass(frozen=True, kw_only=True)
class Pods:
    """The pods of one preset.

    Attributes:
        role: what they do: everything, decode (behind a sidecar that talks to prefill), or prefill.
        many: they span nodes, each with its share of the data parallel ranks, led by one of them.
    """

    role: Role
    many: bool

    @property
    def port(self) -> int:
        """Where vLLM answers: the sidecar has 8000 where there is one."""
        return 8001 if self.role == "decode" else 8000

    @property
    def parallelism(self) -> str:
        """Where the service says how the model is spread."""
        return ".Spec.Prefill.Parallelism" if self.role == "prefill" else ".Spec.Parallelism"


def workload(pods: Pods, settings: LLMSettings, place: Spec) -> Spec:
    """The spec of a preset; `place` puts its pods on a node pool."""
    leader = _pod(pods, settings, place, worker=False)
    if pods.role == "decode":
        leader["initContainers"] = [_routing_sidecar(settings)]
    spec: Spec = {"template": leader}
    if pods.many:
        spec["worker"] = _pod(pods, settings, place, worker=True)
    return {"prefill": spec} if pods.role == "prefill" else spec


def health(port: int, **seconds: int) -> Spec:
    """A probe of vLLM's health; keys as core/v1 Probe."""
    scheme = "{{ if .GlobalConfig.EnableTLS }}HTTPS{{ else }}HTTP{{ end }}"
    return {"httpGet": {"path": "/health", "port": port, "scheme": scheme}, **seconds}


def _pod(pods: Pods, settings: LLMSettings, place: Spec, *, worker: bool) -> Spec:
    container: Spec = {
        "name": "main",
        "image": pulled(settings.engine_image or Images.LLM_ENGINE),
        # What follows "--" are the arguments that a service gives; bash hands them on.
        "command": ["/bin/bash", "-c", _script(pods, settings, worker=worker), "--"],
        "ports": [{"containerPort": pods.port, "protocol": "TCP"}],
        "env": [
            {"name": "HOME", "value": "/home"},
            {"name": "VLLM_LOGGING_LEVEL", "value": "INFO"},
            {"name": "HF_HUB_CACHE", "value": "/models"},
        ],
        "securityContext": HARDENED,
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [
            {"name": "home", "mountPath": "/home"},
            {"name": "tmp-dir", "mountPath": "/tmp"},
            {"name": "dshm", "mountPath": "/dev/shm"},
            {"name": "model-cache", "mountPath": "/models"},
            TLS_MOUNT,
        ],
    }
    if worker and pods.role == "decode":
        container["env"].append({"name": "VLLM_RANDOMIZE_DP_DUMMY_INPUTS", "value": "1"})
    if pods.many and settings.rdma:
        container["securityContext"] = {**HARDENED, "capabilities": {"drop": ["ALL"], "add": list(_RDMA)}}
    if not worker:
        slow = 30 if pods.many else 10
        container["livenessProbe"] = health(
            pods.port, periodSeconds=10, timeoutSeconds=10, failureThreshold=3
        )
        container["readinessProbe"] = health(
            pods.port, periodSeconds=slow, timeoutSeconds=5, failureThreshold=60
        )
        container["startupProbe"] = health(pods.port, periodSeconds=10, failureThreshold=60)
    return {
        "containers": [container],
        "terminationGracePeriodSeconds": 30,
        "volumes": [
            {"name": "home", "emptyDir": {}},
            {"name": "tmp-dir", "emptyDir": {}},
            {"name": "dshm", "emptyDir": {"medium": "Memory", "sizeLimit": "8Gi" if pods.many else "1Gi"}},
            {"name": "model-cache", "emptyDir": {}},
            TLS_VOLUME,
        ],
        **place,
    }


def _script(pods: Pods, settings: LLMSettings, *, worker: bool) -> str:
    parts = [_file("leader.sh")] if pods.many else []
    if settings.rdma:
        parts.append(_file("network.sh"))
    flags = ["--served-model-name '{{ .Spec.Model.Name }}'", f"--port {pods.port}"]
    if pods.many:
        flags += _ranks(pods.parallelism, worker=worker)
    flags += ["--disable-uvicorn-access-log", _TLS_FLAGS, "${VLLM_ADDITIONAL_ARGS}", "$*"]
    # Twice through the shell, since the variable may hold quoted words of its own.
    parts.append('eval "exec vllm serve /mnt/models \\\n  ' + " \\\n  ".join(flags) + '"\n')
    return "".join(parts)


def _ranks(spread: str, *, worker: bool) -> list[str]:
    flags = [
        f"{{{{ if {spread}.Expert }}}}--enable-expert-parallel{{{{ end }}}}",
        f"{{{{ if {spread}.Tensor }}}}--tensor-parallel-size {{{{ {spread}.Tensor }}}}{{{{ end }}}}",
        f"--data-parallel-size {{{{ or {spread}.Data 1 }}}}",
        f"--data-parallel-size-local {{{{ or {spread}.DataLocal 1 }}}}",
        "--data-parallel-address $DP_ADDRESS",
        f"--data-parallel-rpc-port {{{{ or {spread}.DataRPCPort 5555 }}}}",
    ]
    if worker:
        rank = f"$(( ${{LWS_WORKER_INDEX:-0}} * {{{{ or {spread}.DataLocal 1 }}}} ))"
        return [*flags, f"--data-parallel-start-rank {rank}", "--headless"]
    return [*flags, "--data-parallel-start-rank 0", "--api-server-count ${VLLM_API_SERVER_COUNT:-8}"]


def _routing_sidecar(settings: LLMSettings) -> Spec:
    """What takes the requests of a decode pod, and has prefill pods do the first part of them."""
    tls = "{{ if .GlobalConfig.EnableTLS }}%s{{ end }}"
    return {
        "name": "llm-d-routing-sidecar",
        "image": pulled(settings.routing_image or Images.LLM_ROUTING_SIDECAR),
        "restartPolicy": "Always",
        "command": [
            "/app/pd-sidecar",
            "--port=8000",
            "--vllm-port=8001",
            "--connector=nixlv2",
            "--enable-ssrf-protection=true",
            "--pool-group=inference.networking.x-k8s.io",
            "--secure-proxy={{ .GlobalConfig.EnableTLS }}",
            tls % f"--cert-path={CERTIFICATES}",
            tls % "--decoder-use-tls=true",
            tls % "--prefiller-use-tls=true",
        ],
        "ports": [{"containerPort": 8000, "protocol": "TCP"}],
        "env": [
            {
                "name": "INFERENCE_POOL_NAMESPACE",
                "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}},
            },
            TRUST,
        ],
        "securityContext": HARDENED,
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "livenessProbe": health(
            8000, initialDelaySeconds=10, periodSeconds=10, timeoutSeconds=10, failureThreshold=3
        ),
        "readinessProbe": health(
            8000, initialDelaySeconds=10, periodSeconds=10, timeoutSeconds=5, failureThreshold=10
        ),
        "volumeMounts": [TLS_MOUNT],
    }


@cache
def _file(name: str) -> str:
    """A script without its comments, since it stands in several presets and twice in the state of each."""
    lines = (_HERE / name).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.lstrip().startswith("#"))
