"""The training operator v1: jobs of one framework each, before there were runtimes.

Installs the API types TFJob, PyTorchJob, MPIJob, XGBoostJob, JAXJob and PaddleJob, the operator that runs
them, and its webhooks. Needs the namespaces, and whether the API server reaches webhooks. Offers
contracts.Offer.

Flags: kubeflow/training-operator v1.9.2, cmd/training-operator.v1/main.go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi

from ...contracts import Capabilities, MenuItem, Namespaces, NodePool, Offer
from ...kube.api_types import api_types, by_kind
from ...kube.metrics import scraped
from ...kube.network import allow_ingress, from_api_server
from ...kube.objects import access
from ...kube.program import Mount, Program, http_probe, pod_field
from ...kube.pulling import pulled
from ...kube.scope import Scope
from ...kube.webhook import Hook, own_certificate, register
from ...kube.workload import Workload, deployment, service
from ...versions import TrainingOperator as Images
from .settings import JOB_TYPES, TrainingOperatorSettings

APP = "training-operator"
SERVICE = "training-operator"
_SELECTOR = {"control-plane": "kubeflow-training-operator"}
_SECRET = "training-operator-webhook-cert"
# Built into it: pkg/cert/cert.go.
_CERTIFICATES = "/tmp/k8s-webhook-server/serving-certs"
_METRICS, _HEALTH, _WEBHOOK = 8080, 8081, 9443

# MPIJob has none (pkg/webhooks/webhooks.go).
_CHECKED = ("jaxjob", "paddlejob", "pytorchjob", "tfjob", "xgboostjob")

MENU = (
    MenuItem(
        kind="documentation",
        text="Training Operator",
        link="https://www.kubeflow.org/docs/components/trainer/legacy-v1/",
        description="PyTorchJob, TFJob, MPIJob and XGBoostJob",
    ),
)


@dataclass(frozen=True, kw_only=True)
class TrainingOperatorArgs:
    """What the training operator needs."""

    settings: TrainingOperatorSettings
    namespaces: Namespaces
    capabilities: Capabilities
    node_pools: Sequence[NodePool] = ()


class TrainingOperator(pulumi.ComponentResource):
    """The training operator; `job_types` are the API types that run training, by kind."""

    offer: Offer
    job_types: Mapping[str, pulumi.Resource]

    def __init__(
        self, name: str, args: TrainingOperatorArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("slipway:kubeflow:TrainingOperator", name, None, opts)
        scope = Scope(component="trainingOperator", parent=self, namespaces=args.namespaces)
        here = Path(__file__).parent
        types = api_types(here / "api_types.yaml", parent=self)
        self.job_types = by_kind(here / "api_types.yaml", types)
        bindings = access(scope, here / "rbac.yaml")
        workload = _workload(scope, args, after=[*bindings, *types])
        service(
            scope,
            SERVICE,
            selector=workload.selector,
            ports={"monitoring-port": (_METRICS, "metrics"), "webhook-server": (443, "webhook-server")},
            app=APP,
        )
        allow_ingress(
            scope,
            "training-operator-webhook",
            selector=workload.selector,
            openings=[from_api_server("webhook-server")],
            metrics=["metrics"] if args.settings.operator.metrics else [],
            app=APP,
        )
        register(
            scope,
            args.capabilities,
            "Validating",
            "validator.training-operator.kubeflow.org",
            [_hook(kind) for kind in _CHECKED],
            app=APP,
            service=SERVICE,
            certificate=None,
            answered_by=workload,
        )
        self.offer = Offer(
            menu=MENU,
            images=(*workload.images, *_images_of_jobs(args.settings)),
            request=workload.request,
        )
        self.register_outputs({})


def _workload(scope: Scope, args: TrainingOperatorArgs, after: Sequence[pulumi.Resource]) -> Workload:
    settings = args.settings
    program = Program(
        name="training-operator",
        image=Images.OPERATOR,
        settings=settings.operator,
        command=["/manager"],
        args=_flags(settings),
        environment={
            "MY_POD_NAMESPACE": pod_field("metadata.namespace"),
            "MY_POD_NAME": pod_field("metadata.name"),
        },
        ports={"metrics": _METRICS, "health": _HEALTH, "webhook-server": _WEBHOOK},
        live=http_probe("/healthz", "health", delay=15, period=20, timeout=3),
        ready=http_probe("/readyz", "health", delay=10, period=15, timeout=3),
        mounts=[Mount(path=_CERTIFICATES, volume="cert")],
        user=1000,
        read_only_root=True,
    )
    return deployment(
        scope,
        "training-operator",
        app=APP,
        programs=[program],
        settings=settings.operator,
        service_account="training-operator",
        node_pools=args.node_pools,
        volumes={"cert": {"secret": {"secret_name": own_certificate(scope, _SECRET, app=APP)}}},
        selector=_SELECTOR,
        pod_annotations=scraped(_METRICS) if settings.operator.metrics else None,
        mesh=False,
        # No leader is elected: two at once would create a job's pods twice.
        strategy="Recreate",
        after=after,
    )


def _flags(settings: TrainingOperatorSettings) -> list[str]:
    operator = settings.operator
    pytorch_init, mpi = _images_of_jobs(settings)
    flags = [
        f"--zap-log-level={operator.log_level}",
        f"--metrics-bind-address={f':{_METRICS}' if operator.metrics else '0'}",
        f"--controller-threads={operator.threads}",
        f"--kube-api-qps={operator.api_queries_per_second}",
        f"--kube-api-burst={operator.api_burst}",
        f"--pytorch-init-container-image={pytorch_init}",
        f"--pytorch-init-container-max-tries={settings.pytorch_init.tries}",
        f"--mpi-kubectl-delivery-image={mpi}",
    ]
    if set(settings.job_types) != set(JOB_TYPES):
        flags += [f"--enable-scheme={kind}" for kind in settings.job_types]
    if settings.namespace:
        flags.append(f"--namespace={settings.namespace}")
    if settings.gang_scheduler:
        flags.append(f"--gang-scheduler-name={settings.gang_scheduler}")
    return flags


def _images_of_jobs(settings: TrainingOperatorSettings) -> tuple[str, str]:
    """What the operator puts before the programs of a PyTorchJob and of an MPIJob."""
    return (
        pulled(settings.pytorch_init.image or Images.PYTORCH_INIT),
        pulled(settings.mpi_kubectl_image or Images.KUBECTL_DELIVERY),
    )


def _hook(kind: str) -> Hook:
    """The webhook of one type. Of a type that is switched off it refuses every job, since nobody answers."""
    return Hook(
        name=f"validator.{kind}.training-operator.kubeflow.org",
        path=f"/validate-kubeflow-org-v1-{kind}",
        rules=[
            {
                "api_groups": ["kubeflow.org"],
                "api_versions": ["v1"],
                "operations": ["CREATE", "UPDATE"],
                "resources": [f"{kind}s"],
            }
        ],
    )
