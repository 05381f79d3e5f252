"""The gateway through which every request comes in.

Installs the Istio Gateway `kubeflow-gateway` that all routes attach to, and the aggregated roles that let
people see the mesh's objects. Needs Istio and the namespaces. Offers contracts.Mesh.
"""

from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pydantic import Field

from ..contracts import Mesh, MeshAddon, Namespaces
from ..kube.mesh import NETWORKING
from ..kube.objects import access
from ..kube.scope import Scope
from ..settings_base import Settings

GATEWAY = "kubeflow-gateway"


class GatewaySettings(Settings):
    """The gateway and the names behind it."""

    cluster_domain: str = Field(
        default="cluster.local",
        pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
        description="DNS suffix of the cluster's Services, without a leading dot.",
    )
    hosts: tuple[str, ...] = Field(
        default=("*",), min_length=1, description="Host names that the gateway answers to."
    )


@dataclass(frozen=True, kw_only=True)
class GatewayArgs:
    """What the gateway needs."""

    settings: GatewaySettings
    mesh: MeshAddon
    namespaces: Namespaces


class Gateway(pulumi.ComponentResource):
    """The gateway of the platform."""

    mesh: Mesh

    def __init__(self, name: str, args: GatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:identity:Gateway", name, None, opts)
        scope = Scope(component="gateway", parent=self, namespaces=args.namespaces)
        access(scope, Path(__file__).with_name("gateway_rbac.yaml"))
        CustomResource(
            GATEWAY,
            api_version=NETWORKING,
            kind="Gateway",
            metadata=scope.metadata(GATEWAY),
            spec={
                "selector": dict(args.mesh.gateway_selector),
                "servers": [
                    {
                        "hosts": list(args.settings.hosts),
                        "port": {"name": "http", "number": 80, "protocol": "HTTP"},
                    }
                ],
            },
            opts=scope.options(args.mesh.ready),
        )
        domain = args.settings.cluster_domain
        self.mesh = Mesh(
            namespace=args.mesh.namespace,
            gateway=f"{args.namespaces.kubeflow_name}/{GATEWAY}",
            gateway_principal=f"{domain}/ns/{args.mesh.namespace}/sa/{args.mesh.gateway_service_account}",
            cluster_domain=domain,
            ready=args.mesh.ready,
        )
        self.register_outputs({})
