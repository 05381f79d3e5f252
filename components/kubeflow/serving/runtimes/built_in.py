"""The serving runtimes that KServe brings: what each serves, and how its server is started.

Source: kserve/kserve v0.18.0, config/runtimes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ....kube.settings import Compute
from ....versions import KServe as Images

_USUAL = Compute(cpu="1", memory="2Gi")


@dataclass(frozen=True, kw_only=True)
class Format:
    """A model format of a runtime. A service that names no runtime gets one that selects itself (`auto`)."""

    name: str
    version: str | None = None
    priority: int | None = None
    auto: bool = True


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """A server of models.

    Attributes:
        server: what annotates the runtime as this server's; the controller treats some of them apart.
        gpu_tag: an image with `-gpu` at the end of its tag exists, for pods that ask for GPUs.
        metrics: the port of its metrics, below /metrics.
        user: numeric user where the image names none.
        shared_memory: a volume in memory at /dev/shm, of this size at most; empty: of any size.
        workers: it spans nodes (`nodes.py`).
    """

    image: str
    server: str
    formats: Sequence[Format]
    protocols: Sequence[str] = ("v1", "v2")
    command: Sequence[str] = ()
    args: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    metrics: int = 8080
    user: int | None = None
    gpu_tag: bool = False
    shared_memory: str | None = None
    workers: bool = False
    requests: Compute = _USUAL
    limits: Compute = _USUAL


_NAME = "--model_name={{.Name}}"
# What KServe's own Python servers are told.
_SERVE = (_NAME, "--model_dir=/mnt/models", "--http_port=8080")

BUILT_IN: Mapping[str, Runtime] = {
    "kserve-tensorflow-serving": Runtime(
        image=Images.TENSORFLOW,
        server="tensorflow-serving",
        formats=[
            Format(name="tensorflow", version="1", priority=2),
            Format(name="tensorflow", version="2", priority=2),
        ],
        protocols=["v1", "grpc-v1"],
        command=["/usr/bin/tensorflow_model_server"],
        args=[
            _NAME,
            "--port=9000",
            "--rest_api_port=8080",
            "--model_base_path=/mnt/models",
            "--rest_api_timeout_in_ms=60000",
        ],
        user=1000,
        gpu_tag=True,
    ),
    "kserve-sklearnserver": Runtime(
        image=Images.SKLEARN,
        server="sklearnserver",
        formats=[Format(name="sklearn", version="1", priority=1)],
        args=_SERVE,
    ),
    "kserve-predictiveserver": Runtime(
        image=Images.PREDICTIVE,
        server="predictiveserver",
        formats=[
            Format(name="sklearn", version="1", priority=3, auto=False),
            Format(name="xgboost", version="2", priority=3, auto=False),
            Format(name="lightgbm", version="4", priority=3, auto=False),
        ],
        args=[*_SERVE, "--framework={{.Annotations.modelFormat}}", "--nthread=1"],
    ),
    "kserve-mlserver": Runtime(
        image=Images.MLSERVER,
        server="mlserver",
        formats=[
            Format(name="sklearn", version="0", priority=2),
            Format(name="sklearn", version="1", priority=2),
            Format(name="xgboost", version="1", priority=2),
            Format(name="xgboost", version="2", priority=2),
            Format(name="lightgbm", version="3", priority=2),
            Format(name="lightgbm", version="4", priority=2),
            Format(name="mlflow", version="1", priority=1),
            Format(name="mlflow", version="2", priority=1),
        ],
        protocols=["v2"],
        environment={
            "MLSERVER_MODEL_IMPLEMENTATION": "{{.Labels.modelClass}}",
            "MLSERVER_HTTP_PORT": "8080",
            "MLSERVER_GRPC_PORT": "9000",
        },
    ),
    "kserve-xgbserver": Runtime(
        image=Images.XGBOOST,
        server="xgbserver",
        formats=[Format(name="xgboost", version="2", priority=1)],
        args=[*_SERVE, "--nthread=1"],
    ),
    "kserve-tritonserver": Runtime(
        image=Images.TRITON,
        server="tritonserver",
        formats=[
            Format(name="tensorrt", version="8", priority=1),
            Format(name="tensorflow", version="1", priority=1),
            Format(name="tensorflow", version="2", priority=1),
            Format(name="onnx", version="1", priority=1),
            Format(name="pytorch", version="1", auto=False),
            Format(name="triton", version="2", priority=1),
        ],
        protocols=["v2", "grpc-v2"],
        args=[
            "tritonserver",
            "--model-store=/mnt/models",
            "--grpc-port=9000",
            "--http-port=8080",
            "--allow-grpc=true",
            "--allow-http=true",
        ],
        metrics=8002,
        user=1000,
    ),
    "kserve-pmmlserver": Runtime(
        image=Images.PMML,
        server="pmmlserver",
        formats=[
            Format(name="pmml", version="3", priority=1),
            Format(name="pmml", version="4", priority=1),
        ],
        args=_SERVE,
    ),
    "kserve-paddleserver": Runtime(
        image=Images.PADDLE,
        server="paddleserver",
        formats=[Format(name="paddle", version="2", priority=1)],
        args=_SERVE,
    ),
    "kserve-lgbserver": Runtime(
        image=Images.LIGHTGBM,
        server="lgbserver",
        formats=[Format(name="lightgbm", version="4", priority=1)],
        args=[*_SERVE, "--nthread=1"],
    ),
    "kserve-torchserve": Runtime(
        image=Images.TORCHSERVE,
        server="torchserve",
        formats=[Format(name="pytorch", version="1", priority=2)],
        protocols=["v1", "v2", "grpc-v2"],
        args=[
            "torchserve",
            "--start",
            "--model-store=/mnt/models/model-store",
            "--ts-config=/mnt/models/config/config.properties",
        ],
        environment={"TS_SERVICE_ENVELOPE": "{{.Labels.serviceEnvelope}}"},
        metrics=8082,
        user=1000,
        gpu_tag=True,
    ),
    "kserve-huggingfaceserver": Runtime(
        image=Images.HUGGINGFACE,
        server="huggingfaceserver",
        formats=[Format(name="huggingface", version="1", priority=1)],
        protocols=["v2", "v1"],
        args=[_NAME],
        environment={"LMCACHE_USE_EXPERIMENTAL": "True"},
        gpu_tag=True,
        shared_memory="",
    ),
    "kserve-huggingfaceserver-multinode": Runtime(
        image=f"{Images.HUGGINGFACE}-gpu",
        server="huggingfaceserver",
        formats=[Format(name="huggingface", version="1", priority=2)],
        protocols=["v2", "v1"],
        args=[_NAME],
        shared_memory="3Gi",
        workers=True,
        requests=Compute(cpu="2", memory="6Gi"),
        limits=Compute(cpu="4", memory="12Gi"),
    ),
}
