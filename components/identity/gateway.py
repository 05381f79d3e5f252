"""The gateway through which every request comes in.

Installs the Istio Gateway `kubeflow-gateway` that all routes attach to, its certificate, the rule that the
mesh lets nothing in by default, and the aggregated roles that let people see the mesh's objects. Needs Istio,
cert-manager and the namespaces. Offers contracts.Mesh.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from ..contracts import CertificateAuthority, Mesh, MeshAddon, Namespaces
from ..kube.mesh import NETWORKING
from ..kube.objects import access
from ..kube.scope import Scope
from .default_deny import refuse_by_default
from .gateway_settings import GatewaySettings
from .places import gateway_scope
from .secrets import GivenSecrets
from .tls import TlsArgs, gateway_certificate

GATEWAY = "kubeflow-gateway"


@dataclass(frozen=True, kw_only=True)
class GatewayArgs:
    """What the gateway needs.

    Attributes:
        elsewhere: host names whose HTTPS another gateway on the same pods answers; each has one only.
    """

    settings: GatewaySettings
    mesh: MeshAddon
    namespaces: Namespaces
    certificates: CertificateAuthority
    secrets: GivenSecrets
    elsewhere: Collection[str] = ()


class Gateway(pulumi.ComponentResource):
    """The gateway of the platform."""

    mesh: Mesh

    def __init__(self, name: str, args: GatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:identity:Gateway", name, None, opts)
        scope = Scope(component="gateway", parent=self, namespaces=args.namespaces)
        access(scope, Path(__file__).with_name("gateway_rbac.yaml"))
        beside = gateway_scope(self, args.mesh.namespace, args.namespaces)
        refuse_by_default(beside, args.mesh)
        certificate = gateway_certificate(
            beside,
            TlsArgs(
                gateway=args.settings,
                mesh=args.mesh,
                certificates=args.certificates,
                secrets=args.secrets,
            ),
        )
        CustomResource(
            GATEWAY,
            api_version=NETWORKING,
            kind="Gateway",
            metadata=scope.metadata(GATEWAY),
            spec={
                "selector": dict(args.mesh.gateway_selector),
                "servers": _servers(args.settings, certificate, args.elsewhere),
            },
            opts=scope.options(args.mesh.ready),
        )
        domain = args.settings.cluster_domain
        self.mesh = Mesh(
            namespace=args.mesh.namespace,
            gateway=f"{args.namespaces.kubeflow_name}/{GATEWAY}",
            gateway_principal=f"{domain}/ns/{args.mesh.namespace}/sa/{args.mesh.gateway_service_account}",
            gateway_labels=args.mesh.gateway_selector,
            cluster_domain=domain,
            ready=args.mesh.ready,
        )
        self.register_outputs({})


def _servers(
    settings: GatewaySettings, certificate: str | None, elsewhere: Collection[str]
) -> list[dict[str, object]]:
    """HTTPS, and plain HTTP beside it, which leads to HTTPS wherever there is a certificate.

    An authority that asks for a proof by HTTP has to find it there: then the gateway's filters redirect what
    else comes by plain HTTP, and Istio's own redirect, which knows no exception, stays out.
    """
    hosts = list(settings.hosts)
    plain: dict[str, object] = {
        "hosts": hosts,
        "port": {"name": "http", "number": 80, "protocol": "HTTP"},
    }
    if certificate is None:
        return [plain]
    acme = settings.tls.acme
    if not (acme and acme.challenge == "http01"):
        plain["tls"] = {"httpsRedirect": True}
    encrypted: dict[str, object] = {
        "hosts": [host for host in hosts if host not in elsewhere],
        "port": {"name": "https", "number": 443, "protocol": "HTTPS"},
        "tls": {
            "mode": "SIMPLE",
            "credentialName": certificate,
            "minProtocolVersion": f"TLSV{settings.tls.min_version.replace('.', '_')}",
        },
    }
    return [plain, encrypted]
