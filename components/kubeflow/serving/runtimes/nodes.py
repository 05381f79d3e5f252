"""The Hugging Face runtime that spans nodes: vLLM on a Ray cluster of one head and its workers.

Source: kserve/kserve v0.18.0, config/runtimes/kserve-huggingfaceserver-multinode.yaml. The controller adds
MODEL_DIR, HEAD_SVC, the parallel sizes and the GPUs.
"""

from functools import cache
from pathlib import Path
from typing import Any

from ..placement import Spec

_HERE = Path(__file__).parent
_CHECK = "python ./huggingfaceserver/health_check.py"
_HEALTH = "--health_check_url http://localhost:8080"
_RAY = "export RAY_ADDRESS=${HEAD_SVC}.${POD_NAMESPACE}.svc:6379"


def head() -> Spec:
    """What the first container of the head has beside what all runtimes have."""
    return {
        "command": ["bash", "-c", _script("head.sh")],
        "env": [
            {"name": "RAY_PORT", "value": "6379"},
            _from_field("POD_NAMESPACE", "metadata.namespace"),
            _from_field("POD_IP", "status.podIP"),
            {"name": "VLLM_CONFIG_ROOT", "value": "/tmp"},
            {"name": "HF_HUB_CACHE", "value": "/tmp"},
        ],
        "livenessProbe": _probe(
            f"{_CHECK} registered_node_and_runtime_health {_HEALTH} --probe_name head_liveness"
        ),
        "readinessProbe": _probe(f"{_CHECK} runtime_health {_HEALTH} --probe_name head_readiness"),
        "startupProbe": _startup(
            f"{_CHECK} registered_node_and_runtime_health {_HEALTH} --probe_name head_startup"
        ),
    }


def worker() -> Spec:
    """The same for a worker, whose container has another name."""
    models = "--runtime_url http://${HEAD_SVC}.${POD_NAMESPACE}.svc:8080/v1/models"
    return {
        "name": "worker-container",
        "command": ["bash", "-c", _script("worker.sh")],
        "env": [
            _from_field("POD_NAME", "metadata.name"),
            _from_field("POD_NAMESPACE", "metadata.namespace"),
        ],
        "livenessProbe": _probe(f"{_RAY}; {_CHECK} registered_nodes --probe_name worker_liveness"),
        "startupProbe": _startup(
            f"{_RAY}; {_CHECK} registered_node_and_runtime_models {models} --probe_name worker_startup"
        ),
    }


def _probe(command: str) -> Spec:
    return {
        "exec": {"command": ["bash", "-c", command]},
        "periodSeconds": 5,
        "timeoutSeconds": 15,
        "failureThreshold": 2,
    }


def _startup(command: str) -> Spec:
    return {
        "exec": {"command": ["bash", "-c", command]},
        "initialDelaySeconds": 60,
        "periodSeconds": 30,
        "timeoutSeconds": 30,
        "failureThreshold": 40,
    }


def _from_field(name: str, path: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


@cache
def _script(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
