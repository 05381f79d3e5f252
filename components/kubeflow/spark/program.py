"""What the operator's two programs share: one image, its user, ports, probes and the flags of both.

Flags and ports: kubeflow/spark-operator v2.5.0, cmd/operator/controller/start.go and webhook/start.go; user:
its Dockerfile.
"""

from collections.abc import Mapping, Sequence

import pulumi

from ...kube.program import Mount, Program, http_probe
from ...kube.scope import Scope
from ...versions import Spark as Images
from .settings import MetricsSettings, ProgramOfOperatorSettings, SparkSettings

APP = "spark-operator"
METRICS, HEALTH = 8080, 8081
# Of the image, which is that of Spark.
USER = 185


def selector(part: str) -> Mapping[str, str]:
    """Labels of the pods of `controller` or `webhook`."""
    return {"app.kubernetes.io/name": APP, "app.kubernetes.io/component": part}


def operator_program(
    part: str,
    settings: ProgramOfOperatorSettings,
    *,
    metrics: MetricsSettings,
    args: Sequence[pulumi.Input[str]],
    ports: Mapping[str, int] | None = None,
    mount: Mount,
) -> Program:
    """The container of `controller` or `webhook`."""
    shown = {"metrics": METRICS} if metrics.enabled else {}
    return Program(
        name=f"{APP}-{part}",
        image=Images.OPERATOR,
        settings=settings,
        args=[
            part,
            "start",
            f"--zap-log-level={settings.log_level}",
            f"--zap-encoder={settings.log_format}",
            *args,
        ],
        ports={**(ports or {}), **shown, "health": HEALTH},
        # While a node is busy with what they start, they answer late.
        live=http_probe("/healthz", "health", timeout=5),
        ready=http_probe("/readyz", "health", timeout=5),
        mounts=[mount],
        user=USER,
        group=USER,
        read_only_root=True,
    )


def watched(settings: SparkSettings) -> str:
    """The flag that names the namespaces; an empty name stands for all."""
    return "--namespaces=" + (",".join(settings.namespaces) or '""')


def metrics_flags(settings: MetricsSettings) -> Sequence[str]:
    """The flags of both programs about metrics."""
    if not settings.enabled:
        return ["--enable-metrics=false"]
    return [
        "--enable-metrics=true",
        f"--metrics-bind-address=:{METRICS}",
        "--metrics-endpoint=/metrics",
        f"--metrics-prefix={settings.prefix}",
        f"--metrics-labels={','.join(settings.labels)}",
    ]


def election_flags(scope: Scope, part: str) -> Sequence[str]:
    """The flags of both programs about their lock."""
    return [
        "--leader-election=true",
        f"--leader-election-lock-name={APP}-{part}-lock",
        f"--leader-election-lock-namespace={scope.namespace_name}",
    ]
