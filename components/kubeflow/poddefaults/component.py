"""PodDefaults: variables, volumes, tolerations and more, added to each pod of a team that carries a label.

Installs the API type PodDefault, and the webhook that applies it to new pods in the namespaces of profiles.
Needs the namespaces, and cert-manager for the webhook's certificate. Offers nothing but what it costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_kubernetes.rbac.v1 import ClusterRole

from ...contracts import Capabilities, CertificateAuthority, MenuItem, Namespaces, NodePool, Offer
from ...kube.api_types import api_types
from ...kube.network import allow_ingress, from_api_server
from ...kube.objects import access
from ...kube.program import Mount, Program, http_probe
from ...kube.scope import Scope
from ...kube.webhook import Hook, ServingCertificate, register, serving_certificate
from ...kube.workload import Workload, deployment, service
from ...versions import Dashboard as Images
from .settings import PodDefaultsSettings

APP = "poddefaults"
SERVICE = "poddefaults-webhook-service"
# poddefaults-webhook v2.0.0, main.go: the default of --webhookPort, and its one path.
PORT = 4443
PATH = "/apply-poddefault"
CERTIFICATES = "/etc/webhook/certs"

AGGREGATE = "rbac.authorization.kubeflow.org/aggregate-to-kubeflow-poddefaults"

DOCUMENTATION = MenuItem(
    kind="documentation",
    text="PodDefaults",
    link="https://github.com/kubeflow/dashboard/blob/v2.0.0/components/poddefaults-webhooks/README.md",
    description="Settings that all pods of a team share",
)


@dataclass(frozen=True, kw_only=True)
class PodDefaultsArgs:
    """What PodDefaults need.

    Attributes:
        cluster_domain: DNS suffix of the cluster's Services, for the names in the certificate.
    """

    settings: PodDefaultsSettings
    namespaces: Namespaces
    certificates: CertificateAuthority
    capabilities: Capabilities
    cluster_domain: str = "cluster.local"
    node_pools: tuple[NodePool, ...] = ()


class PodDefaults(pulumi.ComponentResource):
    """The PodDefaults webhook."""

    pod_default_type: pulumi.Resource
    offer: Offer

    def __init__(self, name: str, args: PodDefaultsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:kubeflow:PodDefaults", name, None, opts)
        scope = Scope(component="podDefaults", parent=self, namespaces=args.namespaces)
        here = Path(__file__).parent
        (self.pod_default_type,) = api_types(here / "api_types.yaml", parent=self)
        bindings = access(scope, here / "rbac.yaml")
        _writers(scope, args.settings)
        certificate = serving_certificate(
            scope,
            args.certificates,
            app=APP,
            issuer="poddefaults-webhook-selfsigned-issuer",
            certificate="poddefaults-webhook-cert",
            secret="poddefaults-webhook-certs",
            service=SERVICE,
            cluster_domain=args.cluster_domain,
        )
        workload = _workload(scope, args, certificate, after=[*bindings, self.pod_default_type])
        service(
            scope,
            SERVICE,
            selector=workload.selector,
            ports={"https-webhook": (443, "https-webhook")},
            app=APP,
        )
        asked = from_api_server("https-webhook")
        allow_ingress(scope, APP, selector=workload.selector, openings=[asked], app=APP)
        register(
            scope,
            args.capabilities,
            "Mutating",
            "poddefaults-webhook-mutating-webhook-configuration",
            [_hook(args.settings)],
            app=APP,
            service=SERVICE,
            certificate=certificate,
            answered_by=workload,
        )
        self.offer = Offer(menu=(DOCUMENTATION,), images=workload.images, request=workload.request)
        self.register_outputs({})


def _workload(
    scope: Scope, args: PodDefaultsArgs, certificate: ServingCertificate, after: Sequence[pulumi.Resource]
) -> Workload:
    # There is no path for probes. Asked without a body the webhook answers 200, and leaves a line in its log.
    webhook = Program(
        name="poddefaults-webhook",
        image=Images.POD_DEFAULTS,
        settings=args.settings.webhook,
        args=[f"--tlsCertFile={CERTIFICATES}/tls.crt", f"--tlsKeyFile={CERTIFICATES}/tls.key"],
        ports={"https-webhook": PORT},
        live=http_probe(PATH, PORT, scheme="HTTPS", period=30),
        ready=http_probe(PATH, PORT, scheme="HTTPS"),
        mounts=[Mount(path=CERTIFICATES, volume="webhook-cert")],
        user=65532,
        read_only_root=True,
    )
    return deployment(
        scope,
        "poddefaults-webhook-deployment",
        app=APP,
        programs=[webhook],
        settings=args.settings.webhook,
        service_account="poddefaults-webhook-service-account",
        node_pools=args.node_pools,
        volumes={"webhook-cert": {"secret": {"secret_name": certificate.secret}}},
        mesh=False,
        after=after,
    )


def _hook(settings: PodDefaultsSettings) -> Hook:
    return Hook(
        name="poddefaults-webhook-deployment.kubeflow.org",
        path=PATH,
        rules=[{"api_groups": [""], "api_versions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
        failure=settings.failure_policy,
        namespaces={"match_labels": {"app.kubernetes.io/part-of": "kubeflow-profile"}},
        timeout_seconds=settings.timeout_seconds,
        # Its answers name no version of their own, which only the older form of a review allows: that one
        # has to come first (serve in main.go; VerifyAdmissionResponse in the API server).
        review_versions=("v1beta1", "v1"),
    )


def _writers(scope: Scope, settings: PodDefaultsSettings) -> None:
    """The right to write PodDefaults, collected by the role of those who shall have it."""
    if settings.writable_by == "clusterAdmins":
        return
    role = "admin" if settings.writable_by == "owners" else "edit"
    name = "poddefaults-webhook-kubeflow-poddefaults-write"
    ClusterRole(
        name,
        metadata=scope.cluster_metadata(name, app=APP, labels={f"{AGGREGATE}-{role}": "true"}),
        rules=[
            {
                "api_groups": ["kubeflow.org"],
                "resources": ["poddefaults"],
                "verbs": ["create", "delete", "patch", "update"],
            }
        ],
        opts=scope.options(),
    )
