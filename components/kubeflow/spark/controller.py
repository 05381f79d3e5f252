"""The Spark controller: it runs spark-submit for each SparkApplication, whose driver starts the executors."""

from collections.abc import Sequence

import pulumi
from pulumi_kubernetes.rbac.v1 import ClusterRole, ClusterRoleBinding

from ...contracts import NodePool
from ...kube.metrics import scraped
from ...kube.network import allow_ingress
from ...kube.program import Mount
from ...kube.scope import Scope
from ...kube.workload import Workload, deployment
from .program import APP, METRICS, USER, election_flags, metrics_flags, operator_program, selector, watched
from .settings import BatchSchedulerSettings, ControllerSettings, SparkSettings

NAME = "spark-operator-controller"

_ALL_OF_POD_GROUPS = ["create", "delete", "get", "list", "update", "watch"]


def controller(
    scope: Scope,
    settings: SparkSettings,
    node_pools: Sequence[NodePool],
    *,
    after: Sequence[pulumi.Resource],
) -> Workload:
    """Declare the controller; it starts after what it watches and what lets it."""
    ready = [*after]
    if settings.batch_scheduler.enabled:
        ready.append(_pod_groups(scope))
    program = operator_program(
        "controller",
        settings.controller,
        metrics=settings.metrics,
        args=_flags(scope, settings),
        # spark-submit writes there what it sends.
        mount=Mount(path="/tmp", volume="tmp", read_only=False),
    )
    workload = deployment(
        scope,
        NAME,
        app=APP,
        programs=[program],
        settings=settings.controller,
        service_account=NAME,
        node_pools=node_pools,
        volumes={"tmp": {"empty_dir": {"size_limit": "1Gi"}}},
        volume_group=USER,
        selector=selector("controller"),
        pod_annotations=scraped(METRICS) if settings.metrics.enabled else None,
        mesh=False,
        after=ready,
    )
    shown = [METRICS] if settings.metrics.enabled else []
    allow_ingress(scope, NAME, selector=workload.selector, openings=[], metrics=shown, app=APP)
    return workload


def _flags(scope: Scope, settings: SparkSettings) -> Sequence[str]:
    own, queue, metrics = settings.controller, settings.controller.queue, settings.metrics
    flags = [
        watched(settings),
        f"--controller-threads={own.workers}",
        f"--enable-ui-service={str(own.ui_service).lower()}",
        *metrics_flags(metrics),
        *election_flags(scope, "controller"),
        "--leader-election-lease-duration=15s",
        "--leader-election-renew-deadline=10s",
        "--leader-election-retry-period=2s",
        f"--workqueue-ratelimiter-bucket-qps={queue.per_second}",
        f"--workqueue-ratelimiter-bucket-size={queue.burst}",
        f"--workqueue-ratelimiter-max-delay={queue.max_delay}",
        f"--driver-pod-creation-grace-period={own.driver_grace_period}",
        f"--max-tracked-executor-per-app={own.max_tracked_executors}",
        f"--scheduled-spark-application-timestamp-precision={own.schedule_precision}",
        _feature_gates(own),
        *_batch_scheduler(settings.batch_scheduler),
    ]
    if metrics.enabled:
        buckets = ",".join(str(bound) for bound in metrics.start_latency_buckets)
        flags.append(f"--metrics-job-start-latency-buckets={buckets}")
    return flags


def _feature_gates(settings: ControllerSettings) -> str:
    gates = {
        "PartialRestart": settings.partial_restart,
        "LoadSparkDefaults": settings.load_spark_defaults,
    }
    return "--feature-gates=" + ",".join(f"{name}={str(on).lower()}" for name, on in gates.items())


def _batch_scheduler(settings: BatchSchedulerSettings) -> Sequence[str]:
    if not settings.enabled:
        return []
    flags = ["--enable-batch-scheduler=true"]
    if settings.kube_schedulers:
        flags.append(f"--kube-scheduler-names={','.join(settings.kube_schedulers)}")
    if settings.default:
        flags.append(f"--default-batch-scheduler={settings.default}")
    return flags


def _pod_groups(scope: Scope) -> ClusterRoleBinding:
    """The right to tell batch schedulers which pods belong together (internal/scheduler of the operator)."""
    name = f"{NAME}-pod-groups"
    role = ClusterRole(
        name,
        metadata=scope.cluster_metadata(name, app=APP),
        rules=[
            {
                "api_groups": ["scheduling.volcano.sh", "scheduling.x-k8s.io"],
                "resources": ["podgroups"],
                "verbs": _ALL_OF_POD_GROUPS,
            }
        ],
        opts=scope.options(),
    )
    return ClusterRoleBinding(
        name,
        metadata=scope.cluster_metadata(name, app=APP),
        role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
        subjects=[{"kind": "ServiceAccount", "name": NAME, "namespace": scope.namespace}],
        opts=scope.options(role),
    )
