"""The shape that KServe's three controllers share: a Deployment that answers webhooks, and its certificate.

Flags, ports and paths: kserve/kserve v0.18.0, cmd/manager, cmd/llmisvc, cmd/localmodel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi

from ...contracts import Capabilities, CertificateAuthority, NodePool
from ...kube.network import allow_ingress, from_api_server
from ...kube.program import Environment, Mount, Program, http_probe, pod_field
from ...kube.scope import Scope
from ...kube.settings import WorkloadSettings
from ...kube.webhook import Hook, ServingCertificate, register, serving_certificate
from ...kube.workload import Workload, deployment, service

APP = "kserve"
WEBHOOKS, HEALTH, METRICS = 9443, 8081, 8443

# controller-runtime v0.19, pkg/webhook: the default of Options.CertDir.
_CERTIFICATES = "/tmp/k8s-webhook-server/serving-certs"


@dataclass(frozen=True, kw_only=True)
class Manager:
    """What tells one controller from the others.

    Attributes:
        name: its Deployment, its service account, and the label `control-plane` of its pods.
        service: the Service that the API server calls.
        issuer, certificate, secret: names of what cert-manager makes for it.
    """

    name: str
    image: str
    service: str
    issuer: str
    certificate: str
    secret: str

    @property
    def selector(self) -> Mapping[str, str]:
        """Labels that select its pods."""
        return {"app": APP, "control-plane": self.name}


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What every controller is declared in."""

    scope: Scope
    certificates: CertificateAuthority
    capabilities: Capabilities
    cluster_domain: str
    node_pools: Sequence[NodePool]


@dataclass(frozen=True, kw_only=True)
class Running:
    """A controller that was declared."""

    workload: Workload
    certificate: ServingCertificate


def manager(
    around: Surroundings,
    this: Manager,
    settings: WorkloadSettings,
    *,
    args: Sequence[str],
    ports: Mapping[str, int] | None = None,
    environment: Environment | None = None,
    beside: Sequence[Program] = (),
    strategy: Literal["RollingUpdate", "Recreate"] = "RollingUpdate",
    config_hash: str,
    after: Sequence[pulumi.Resource],
) -> Running:
    """Declare a controller with its certificate."""
    scope = around.scope
    certificate = serving_certificate(
        scope,
        around.certificates,
        app=APP,
        issuer=this.issuer,
        certificate=this.certificate,
        secret=this.secret,
        service=this.service,
        cluster_domain=around.cluster_domain,
    )
    program = Program(
        name="manager",
        image=this.image,
        settings=settings,
        command=["/manager"],
        args=args,
        environment={"POD_NAMESPACE": pod_field("metadata.namespace"), **(environment or {})},
        ports={"webhook-server": WEBHOOKS, "health": HEALTH, **(ports or {})},
        live=http_probe("/healthz", HEALTH, delay=30, timeout=5, failures=5),
        ready=http_probe("/readyz", HEALTH, delay=5, period=5, timeout=5, failures=10),
        mounts=[Mount(path=_CERTIFICATES, volume="cert")],
        user=1000,
        read_only_root=True,
    )
    workload = deployment(
        scope,
        this.name,
        app=APP,
        programs=[program, *beside],
        settings=settings,
        service_account=this.name,
        node_pools=around.node_pools,
        volumes={"cert": {"secret": {"secret_name": this.secret}}},
        pod_annotations={"kubectl.kubernetes.io/default-container": "manager"},
        selector=this.selector,
        mesh=False,
        strategy=strategy,
        config_hash=config_hash,
        after=after,
    )
    service(scope, this.service, selector=this.selector, ports={"https": (443, "webhook-server")}, app=APP)
    return Running(workload=workload, certificate=certificate)


def let_in(scope: Scope) -> None:
    """Let the API server reach the webhooks of all three, and whoever may read them the metrics."""
    asked = from_api_server(WEBHOOKS)
    allow_ingress(scope, APP, selector={"app": APP}, openings=[asked], metrics=[METRICS], app=APP)


def validators(
    around: Surroundings, this: Manager, running: Running, hooks: Mapping[str, Sequence[Hook]]
) -> dict[str, pulumi.Resource]:
    """Register validating webhooks; by their names those that are, where the cluster can ask them."""
    registered = {
        name: register(
            around.scope,
            around.capabilities,
            "Validating",
            name,
            those,
            app=APP,
            service=this.service,
            certificate=running.certificate,
            answered_by=running.workload,
        )
        for name, those in hooks.items()
    }
    return {name: resource for name, resource in registered.items() if resource is not None}
