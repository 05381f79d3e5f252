"""The ground that every component stands on.

Installs the namespaces `kubeflow` and `kubeflow-system`, the aggregated roles `kubeflow-admin`, `-edit` and
`-view` that people are bound to, and the policies that close both namespaces: each program opens its own
ports to its own callers. Needs a cluster. Offers contracts.Namespaces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_kubernetes.core.v1 import Namespace

from ...contracts import Caller, Namespaces, Offer
from ...kube.network import deny_by_default
from ...kube.objects import access
from ...kube.pulling import make_pull_secret
from ...kube.scope import COMPONENT_LABEL, MANAGED_BY, Scope

KUBEFLOW = "kubeflow"
SYSTEM = "kubeflow-system"


@dataclass(frozen=True, kw_only=True)
class BaseArgs:
    """What the base needs.

    Attributes:
        mesh_injection: whether Istio puts its sidecar into the pods of these namespaces.
        scrapers: pods that read the metrics of the platform's programs.
        after: what has to be there before a pod comes into these namespaces: the webhook that puts it in.
    """

    mesh_injection: bool = True
    scrapers: tuple[Caller, ...] = ()
    after: Sequence[pulumi.Resource] = ()


class Base(pulumi.ComponentResource):
    """Namespaces, aggregated roles and default policies."""

    namespaces: Namespaces
    offer: Offer

    def __init__(self, name: str, args: BaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:kubeflow:Base", name, None, opts)
        kubeflow = _namespace(self, KUBEFLOW, args)
        system = _namespace(self, SYSTEM, args)
        self.namespaces = Namespaces(
            kubeflow=kubeflow.metadata.name,
            kubeflow_name=KUBEFLOW,
            system=system.metadata.name,
            system_name=SYSTEM,
            scrapers=args.scrapers,
            sidecars=args.mesh_injection,
        )
        in_kubeflow = Scope(component="base", parent=self, namespaces=self.namespaces)
        in_system = Scope(component="base", parent=self, namespaces=self.namespaces, system=True)
        access(in_kubeflow, Path(__file__).with_name("rbac.yaml"))
        deny_by_default(in_kubeflow)
        deny_by_default(in_system, sidecars=False)
        self.offer = Offer(namespaces=(KUBEFLOW, SYSTEM))
        self.register_outputs({})


def _namespace(parent: Base, name: str, args: BaseArgs) -> Namespace:
    created = Namespace(
        name,
        metadata={
            "name": name,
            "labels": {
                "control-plane": "kubeflow",
                "istio-injection": "enabled" if args.mesh_injection else "disabled",
                "pod-security.kubernetes.io/enforce": "restricted",
                "app.kubernetes.io/part-of": "kubeflow",
                "app.kubernetes.io/managed-by": MANAGED_BY,
                COMPONENT_LABEL: "base",
            },
        },
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(args.after) or None),
    )
    make_pull_secret(name, created.metadata.name, pulumi.ResourceOptions(parent=parent))
    return created
