"""The Argo workflow controller, which runs what the API server compiles.

Flags and keys of its ConfigMap: argo-workflows v3.7.3, cmd/workflow-controller/main.go and config/config.go.
"""

from collections.abc import Mapping

import yaml
from pulumi_kubernetes.scheduling.v1 import PriorityClass

from ...kube.config import Config, config_map
from ...kube.objects import access
from ...kube.program import Program, http_probe, pod_field, tcp_probe
from ...kube.pulling import pulled
from ...kube.settings import ProgramSettings
from ...kube.workload import Workload, deployment
from ...versions import Argo as Images
from .args import RBAC, Install
from .launcher import artifact_repository

APP, ACCOUNT, CONFIG = "workflow-controller", "argo", "workflow-controller-configmap"
METRICS, HEALTH = 9090, 6060
# Every type that it keeps a cache of: without one of them the controller waits, and in the end gives up.
WATCHED = (
    "workflows",
    "workflowtemplates",
    "clusterworkflowtemplates",
    "cronworkflows",
    "workflowtasksets",
    "workflowtaskresults",
    "workflowartifactgctasks",
)


def workflow_controller(install: Install) -> Workload:
    """Declare it with its ConfigMap; it starts once its types are there."""
    scope, args = install.scope, install.args
    settings = args.settings.workflow_controller
    bindings = access(scope, RBAC / "argo.yaml")
    priority = PriorityClass(
        APP,
        metadata=scope.cluster_metadata(APP, app=APP),
        value=1_000_000,
        description="The workflow controller, before the runs that it starts.",
        opts=scope.options(),
    )
    config = _config(install)
    program = Program(
        name=APP,
        image=Images.CONTROLLER,
        settings=settings,
        command=["workflow-controller"],
        args=[
            "--configmap",
            CONFIG,
            "--executor-image",
            pulled(settings.executor.image or Images.EXECUTOR),
            "--loglevel",
            settings.log_level,
        ],
        environment={"LEADER_ELECTION_IDENTITY": pod_field("metadata.name")},
        ports={"metrics": METRICS, "health": HEALTH},
        # It is not healthy when a workflow has waited for minutes.
        live=http_probe("/healthz", HEALTH, delay=90, period=60, timeout=30),
        # One that does not lead is ready as well.
        ready=tcp_probe(HEALTH),
        read_only_root=True,
    )
    return deployment(
        scope,
        APP,
        app=APP,
        programs=[program],
        settings=settings,
        service_account=ACCOUNT,
        node_pools=args.node_pools,
        priority_class=priority.metadata.name,
        config_hash=config.digest,
        after=[*bindings, config.resource, *install.type_of(*WATCHED)],
    )


def _config(install: Install) -> Config:
    settings = install.args.settings
    repository = artifact_repository(settings.runs, install.args.store)
    data = {
        "artifactRepository": _text(repository),
        "executor": _text(_executor(settings.workflow_controller.executor)),
    }
    if settings.workflow_controller.parallelism:
        data["parallelism"] = str(settings.workflow_controller.parallelism)
    if settings.workflow_controller.namespace_parallelism:
        data["namespaceParallelism"] = str(settings.workflow_controller.namespace_parallelism)
    if settings.retention.pods != "keep":
        data["workflowDefaults"] = _text({"spec": {"podGC": {"strategy": settings.retention.pods}}})
    return config_map(install.scope, CONFIG, data, app=APP)


def _executor(settings: ProgramSettings) -> Mapping[str, object]:
    """The containers that Argo adds to each pod of a run (core/v1 Container)."""
    requests = settings.requests.model_dump(exclude_none=True)
    limits = settings.limits.model_dump(exclude_none=True)
    return {
        "imagePullPolicy": "IfNotPresent",
        "resources": {"requests": requests, **({"limits": limits} if limits else {})},
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }


def _text(value: Mapping[str, object]) -> str:
    return yaml.safe_dump(value, sort_keys=False)
