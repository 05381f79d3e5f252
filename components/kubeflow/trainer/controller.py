"""The controller of TrainJobs and runtimes: its configuration, its webhooks, and who may call it.

Configuration: kubeflow/trainer v2.2.0, pkg/apis/config/v1alpha1 and what pkg/config makes of it. A key that
it does not know is refused. Three that it knows have no effect in this version and are left out: nothing
applies `clientConnection` or the names of the health endpoints, and `controller.groupKindConcurrency` is for
controllers that are registered in another way than its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import yaml
from pulumi_kubernetes.admissionregistration.v1 import RuleWithOperationsArgsDict

from ...contracts import TEAMS, Capabilities, NodePool
from ...kube.config import config_map
from ...kube.metrics import scraped
from ...kube.network import Opening, allow_ingress, from_api_server
from ...kube.objects import access
from ...kube.program import Mount, Program, http_probe
from ...kube.scope import Scope
from ...kube.webhook import Hook, own_certificate, register
from ...kube.workload import Workload, deployment, service
from ...versions import Trainer as Images
from .paths import CERTIFICATES, CONFIG_FILE, CONFIG_KEY, RBAC
from .settings import TrainControllerSettings

APP = "trainer"
SERVICE = "kubeflow-trainer-controller-manager"
SERVICE_ACCOUNT = "kubeflow-trainer-controller-manager"
_SECRET = "kubeflow-trainer-webhook-cert"
_SELECTOR = {"app.kubernetes.io/name": APP, "app.kubernetes.io/component": "manager"}

_HEALTH, _METRICS, _WEBHOOK, _STATUS = 8081, 8443, 9443, 10443


def train_controller(
    scope: Scope,
    capabilities: Capabilities,
    settings: TrainControllerSettings,
    node_pools: Sequence[NodePool],
    *,
    types: Sequence[pulumi.Resource],
) -> tuple[Workload, pulumi.Resource | None]:
    """Declare the controller; return it, and what checks runtimes where the API server reaches webhooks."""
    bindings = access(scope, RBAC / "controller.yaml")
    config = config_map(scope, "kubeflow-trainer-config", {CONFIG_KEY: _configuration(settings)}, app=APP)
    certificate = own_certificate(scope, _SECRET, app=APP)
    program = Program(
        name="manager",
        image=Images.CONTROLLER,
        settings=settings,
        args=[f"--config={CONFIG_FILE}", settings.log_flag],
        ports={"health": _HEALTH, "metrics": _METRICS, "webhook": _WEBHOOK, "status-server": _STATUS},
        live=http_probe("/healthz", "health", delay=15, period=20, timeout=3),
        ready=http_probe("/readyz", "health", delay=10, period=15, timeout=3),
        mounts=[
            Mount(path=CONFIG_FILE, volume="kubeflow-trainer-config", sub_path=CONFIG_KEY),
            Mount(path=CERTIFICATES, volume="cert"),
        ],
        user=65532,
        read_only_root=True,
    )
    workload = deployment(
        scope,
        "kubeflow-trainer-controller-manager",
        app=APP,
        programs=[program],
        settings=settings,
        service_account=SERVICE_ACCOUNT,
        node_pools=node_pools,
        volumes={
            "kubeflow-trainer-config": {"config_map": {"name": config.name}},
            "cert": {"secret": {"secret_name": certificate}},
        },
        selector=_SELECTOR,
        pod_annotations=_scraped(settings),
        mesh=False,
        config_hash=config.digest,
        after=[*bindings, *types],
    )
    service(
        scope,
        SERVICE,
        selector=workload.selector,
        ports={
            "monitoring-port": (_METRICS, "metrics"),
            "webhook-server": (443, "webhook"),
            "status-server": (_STATUS, "status-server"),
        },
        app=APP,
    )
    reports = Opening(ports=["status-server"], callers=[TEAMS] if settings.status_server.enabled else [])
    allow_ingress(
        scope,
        "trainer-webhook",
        selector=workload.selector,
        openings=[from_api_server("webhook"), reports],
        metrics=[] if settings.metrics == "off" else ["metrics"],
        app=APP,
    )
    return workload, _register(scope, capabilities, workload)


def _configuration(settings: TrainControllerSettings) -> str:
    status = settings.status_server
    content: dict[str, Any] = {
        "apiVersion": "config.trainer.kubeflow.org/v1alpha1",
        "kind": "Configuration",
        "health": {"healthProbeBindAddress": f":{_HEALTH}"},
        "metrics": {
            "bindAddress": "0" if settings.metrics == "off" else f":{_METRICS}",
            "secureServing": settings.metrics == "https",
        },
        "webhook": {"port": _WEBHOOK},
        # Elected also when alone: while a new pod takes over from an old one there are two.
        "leaderElection": {
            "leaderElect": True,
            "resourceName": "trainer.kubeflow.org",
            **settings.leader_election.wire,
        },
        "certManagement": {"enable": True, "webhookServiceName": SERVICE, "webhookSecretName": _SECRET},
        "statusServer": {"port": _STATUS, "qps": status.queries_per_second, "burst": status.burst},
        "featureGates": {"TrainJobStatus": status.enabled},
    }
    return yaml.safe_dump(content, sort_keys=False)


def _scraped(settings: TrainControllerSettings) -> Mapping[str, str]:
    if settings.metrics == "off":
        return {}
    return {**scraped(_METRICS), "prometheus.io/scheme": settings.metrics}


def _register(scope: Scope, capabilities: Capabilities, workload: Workload) -> pulumi.Resource | None:
    register(
        scope,
        capabilities,
        "Mutating",
        "defaulter.trainer.kubeflow.org",
        [_hook("defaulter", "mutate", "trainjob")],
        app=APP,
        service=SERVICE,
        certificate=None,
        answered_by=workload,
    )
    kinds = ("clustertrainingruntime", "trainingruntime", "trainjob")
    return register(
        scope,
        capabilities,
        "Validating",
        "validator.trainer.kubeflow.org",
        [_hook("validator", "validate", kind) for kind in kinds],
        app=APP,
        service=SERVICE,
        certificate=None,
        answered_by=workload,
    )


def _hook(name: str, verb: str, kind: str) -> Hook:
    rule: RuleWithOperationsArgsDict = {
        "api_groups": ["trainer.kubeflow.org"],
        "api_versions": ["v1alpha1"],
        "operations": ["CREATE", "UPDATE"],
        "resources": [f"{kind}s"],
    }
    path = f"/{verb}-trainer-kubeflow-org-v1alpha1-{kind}"
    return Hook(name=f"{name}.{kind}.trainer.kubeflow.org", path=path, rules=[rule])
