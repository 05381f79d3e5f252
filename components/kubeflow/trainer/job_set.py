"""The JobSet controller: a JobSet becomes Jobs, and a Service by which their pods find each other.

Configuration: kubernetes-sigs/jobset v0.11.0, api/config/v1alpha1 and what pkg/config makes of it. A key that
it does not know is refused.
"""

from collections.abc import Sequence
from typing import Any, Literal

import pulumi
import yaml
from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict

from ...contracts import Capabilities, NodePool
from ...kube.config import config_map
from ...kube.metrics import scraped
from ...kube.network import allow_ingress, from_api_server
from ...kube.objects import access
from ...kube.program import Mount, Program, http_probe
from ...kube.scope import Scope
from ...kube.webhook import Hook, own_certificate, register
from ...kube.workload import Workload, deployment, service
from ...versions import JobSet as Images
from .paths import CERTIFICATES, CONFIG_FILE, CONFIG_KEY, RBAC
from .settings import JobSetSettings

APP = "jobset"
SERVICE = "jobset-webhook-service"
SERVICE_ACCOUNT = "jobset-controller-manager"
_SECRET = "jobset-webhook-server-cert"
_SELECTOR = {"app.kubernetes.io/name": APP, "control-plane": "controller-manager"}

_HEALTH, _METRICS, _WEBHOOK = 8081, 8443, 9443


def job_set_controller(
    scope: Scope,
    capabilities: Capabilities,
    settings: JobSetSettings,
    node_pools: Sequence[NodePool],
    *,
    types: Sequence[pulumi.Resource],
) -> Workload:
    """Declare the controller and its webhooks."""
    bindings = access(scope, RBAC / "job_set.yaml")
    config = config_map(scope, "jobset-manager-config", {CONFIG_KEY: _configuration(settings)}, app=APP)
    certificate = own_certificate(scope, _SECRET, app=APP)
    program = Program(
        name="manager",
        image=Images.CONTROLLER,
        settings=settings,
        command=["/manager"],
        args=[f"--config={CONFIG_FILE}", settings.log_flag],
        ports={"health": _HEALTH, "metrics": _METRICS, "webhook-server": _WEBHOOK},
        live=http_probe("/healthz", "health", delay=15, period=20),
        ready=http_probe("/readyz", "health", delay=5),
        mounts=[
            Mount(path=CONFIG_FILE, volume="manager-config", sub_path=CONFIG_KEY),
            Mount(path=CERTIFICATES, volume="cert"),
        ],
        user=65532,
        read_only_root=True,
    )
    workload = deployment(
        scope,
        "jobset-controller-manager",
        app=APP,
        programs=[program],
        settings=settings,
        service_account=SERVICE_ACCOUNT,
        node_pools=node_pools,
        volumes={
            "manager-config": {"config_map": {"name": config.name}},
            "cert": {"secret": {"secret_name": certificate}},
        },
        selector=_SELECTOR,
        pod_annotations={
            "kubectl.kubernetes.io/default-container": "manager",
            **({**scraped(_METRICS), "prometheus.io/scheme": "https"} if settings.metrics else {}),
        },
        mesh=False,
        config_hash=config.digest,
        after=[*bindings, *types],
    )
    metrics = {"https": (_METRICS, "metrics")}
    service(
        scope,
        "jobset-controller-manager-metrics-service",
        selector=workload.selector,
        ports=metrics,
        app=APP,
    )
    webhook = {"webhook-server": (443, "webhook-server")}
    service(scope, SERVICE, selector=workload.selector, ports=webhook, app=APP)
    allow_ingress(
        scope,
        "jobset-webhook",
        selector=workload.selector,
        openings=[from_api_server("webhook-server")],
        metrics=["metrics"] if settings.metrics else [],
        app=APP,
    )
    for kind, prefix in _WEBHOOKS.items():
        register(
            scope,
            capabilities,
            kind,
            f"jobset-{kind.lower()}-webhook-configuration",
            _hooks(kind, prefix),
            app=APP,
            service=SERVICE,
            certificate=None,
            answered_by=workload,
        )
    return workload


def _configuration(settings: JobSetSettings) -> str:
    content: dict[str, Any] = {
        "apiVersion": "config.jobset.x-k8s.io/v1alpha1",
        "kind": "Configuration",
        "health": {"healthProbeBindAddress": f":{_HEALTH}"},
        "metrics": {"bindAddress": f":{_METRICS}" if settings.metrics else "0"},
        "webhook": {"port": _WEBHOOK},
        # Elected also when alone: while a new pod takes over from an old one there are two.
        "leaderElection": {
            "leaderElect": True,
            "resourceName": "6d4f6a47.jobset.x-k8s.io",
            **settings.leader_election.wire,
        },
        "internalCertManagement": {
            "enable": True,
            "webhookServiceName": SERVICE,
            "webhookSecretName": _SECRET,
        },
        "clientConnection": {"qps": settings.api_queries_per_second, "burst": settings.api_burst},
        "featureGates": {"InPlaceRestart": settings.in_place_restart},
    }
    return yaml.safe_dump(content, sort_keys=False)


_Kind = Literal["Mutating", "Validating"]
_WEBHOOKS: dict[_Kind, str] = {"Mutating": "m", "Validating": "v"}


def _hooks(kind: _Kind, prefix: str) -> list[Hook]:
    """The webhooks of one kind: for job sets, and for the pods of job sets."""
    verb = "mutate" if kind == "Mutating" else "validate"
    of_job_sets: LabelSelectorArgsDict = {
        "match_expressions": [{"key": "jobset.sigs.k8s.io/jobset-name", "operator": "Exists"}]
    }
    return [
        Hook(
            name=f"{prefix}jobset.kb.io",
            path=f"/{verb}-jobset-x-k8s-io-v1alpha2-jobset",
            rules=[
                {
                    "api_groups": ["jobset.x-k8s.io"],
                    "api_versions": ["v1alpha2"],
                    "operations": ["CREATE"] if kind == "Mutating" else ["CREATE", "UPDATE"],
                    "resources": ["jobsets"],
                }
            ],
        ),
        Hook(
            name=f"{prefix}pod.kb.io",
            path=f"/{verb}--v1-pod",
            rules=[
                {
                    "api_groups": [""],
                    "api_versions": ["v1"],
                    "operations": ["CREATE"],
                    "resources": ["pods"],
                }
            ],
            objects=of_job_sets,
        ),
    ]
