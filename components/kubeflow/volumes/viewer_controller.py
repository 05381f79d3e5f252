"""The controller of PVC viewers: a PVCViewer becomes a Deployment, a Service and a route in its namespace.

Flags, variables, paths and ports: kubeflow/notebooks v1.11.0, components/pvcviewer-controller, `main.go`,
`api/v1alpha1/pvcviewer_webhook.go` and `controllers/`.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import pulumi

from ...contracts import Capabilities, CertificateAuthority, Mesh, NodePool
from ...kube.config import config_map
from ...kube.metrics import PROTECTED, metrics_proxy
from ...kube.network import allow_ingress, from_api_server
from ...kube.program import Mount, Program, http_probe
from ...kube.scope import Scope
from ...kube.webhook import Hook, register, serving_certificate
from ...kube.workload import Workload, deployment, service
from ...versions import Notebooks as Images
from .settings import ViewerControllerSettings

APP = "pvcviewer"
NAME = "pvcviewer-controller-manager"
WEBHOOK_SERVICE = "pvcviewer-webhook-service"

_WEBHOOKS, _HEALTH, _METRICS = 9443, 8081, 8080
# controller-runtime v0.17, pkg/webhook: the default of Options.CertDir.
_CERTIFICATES = "/tmp/k8s-webhook-server/serving-certs"
_DEFAULT_FOLDER, _DEFAULT_FILE = "/etc/config", "default-pod.yaml"


def viewer_controller(
    scope: Scope,
    mesh: Mesh,
    authority: CertificateAuthority,
    capabilities: Capabilities,
    settings: ViewerControllerSettings,
    *,
    default_pod: str,
    node_pools: Sequence[NodePool],
    after: Sequence[pulumi.Resource],
) -> Workload:
    """Declare the controller with its webhooks; it starts after what it watches and what lets it.

    `default_pod` is the pod (core/v1 PodSpec, as YAML) of a viewer that says nothing of it.
    """
    default = config_map(scope, "pvcviewer-default-pod", {_DEFAULT_FILE: default_pod}, app=APP)
    certificate = serving_certificate(
        scope,
        authority,
        app=APP,
        issuer="pvcviewer-selfsigned-issuer",
        certificate="pvcviewer-serving-cert",
        secret="webhook-server-cert",
        service=WEBHOOK_SERVICE,
        cluster_domain=mesh.cluster_domain,
    )
    workload = deployment(
        scope,
        NAME,
        app=APP,
        programs=_programs(mesh, settings),
        settings=settings,
        service_account=NAME,
        node_pools=node_pools,
        volumes={
            "cert": {"secret": {"secret_name": certificate.secret}},
            "default-pod": {"config_map": {"name": default.name}},
        },
        config_hash=default.digest,
        pod_annotations={"kubectl.kubernetes.io/default-container": "manager"},
        mesh=False,
        after=after,
    )
    _reach(scope, settings, workload)
    kinds: Mapping[Literal["Mutating", "Validating"], str] = {"Mutating": "mutate", "Validating": "validate"}
    for kind, verb in kinds.items():
        register(
            scope,
            capabilities,
            kind,
            f"pvcviewer-{kind.lower()}-webhook-configuration",
            [_hook(verb, settings)],
            app=APP,
            service=WEBHOOK_SERVICE,
            certificate=certificate,
            answered_by=workload,
        )
    return workload


def _programs(mesh: Mesh, settings: ViewerControllerSettings) -> Sequence[Program]:
    manager = Program(
        name="manager",
        image=Images.PVC_VIEWER_CONTROLLER,
        settings=settings,
        command=["/manager"],
        args=[
            f"--health-probe-bind-address=:{_HEALTH}",
            f"--metrics-bind-address={f'127.0.0.1:{_METRICS}' if settings.metrics else '0'}",
            "--leader-elect",
            f"--zap-log-level={settings.log_level}",
        ],
        environment={
            "ISTIO_GATEWAY": mesh.gateway,
            # Without one it takes whatever release of File Browser is the newest.
            "DEFAULT_POD_SPEC_PATH": f"{_DEFAULT_FOLDER}/{_DEFAULT_FILE}",
        },
        ports={"webhook-server": _WEBHOOKS, "health": _HEALTH},
        live=http_probe("/healthz", "health", delay=15, period=20),
        ready=http_probe("/readyz", "health", delay=5),
        mounts=[
            Mount(path=_CERTIFICATES, volume="cert"),
            Mount(path=_DEFAULT_FOLDER, volume="default-pod"),
        ],
        user=65532,
        read_only_root=True,
    )
    return [manager, metrics_proxy(settings.metrics_proxy, _METRICS)] if settings.metrics else [manager]


def _reach(scope: Scope, settings: ViewerControllerSettings, workload: Workload) -> None:
    """Let the API server reach the webhooks, and whoever may read them the metrics."""
    service(
        scope,
        WEBHOOK_SERVICE,
        selector=workload.selector,
        ports={"https-webhook": (443, "webhook-server")},
        app=APP,
    )
    if settings.metrics:
        service(
            scope,
            f"{NAME}-metrics-service",
            selector=workload.selector,
            ports={"https": (PROTECTED, "https")},
            app=APP,
        )
    allow_ingress(
        scope,
        "pvcviewer-webhook",
        selector=workload.selector,
        openings=[from_api_server(_WEBHOOKS)],
        metrics=[PROTECTED] if settings.metrics else [],
        app=APP,
    )


def _hook(verb: str, settings: ViewerControllerSettings) -> Hook:
    return Hook(
        name=f"{verb[0]}pvcviewer.kb.io",
        path=f"/{verb}-kubeflow-org-v1alpha1-pvcviewer",
        rules=[
            {
                "api_groups": ["kubeflow.org"],
                "api_versions": ["v1alpha1"],
                "operations": ["CREATE", "UPDATE"],
                "resources": ["pvcviewers"],
            }
        ],
        failure=settings.failure_policy,
    )
