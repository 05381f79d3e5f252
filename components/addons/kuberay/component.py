"""KubeRay, which runs Ray clusters, jobs and services in the namespaces of teams.

Where pods do not run their images, only its API types are installed. Needs a cluster. Offers the leaf after
which its types can be used.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pulumi

from ...charts import ChartScope, Values, declare, images_of, installed, namespace, resources, types_alone
from ...contracts import Caller, Capabilities, Offer
from ...versions import Charts
from .settings import KubeRaySettings

NAMESPACE = "kuberay-system"
RELEASE = "kuberay-operator"

_TYPES = Path(__file__).with_name("api_types.yaml")


@dataclass(frozen=True, kw_only=True)
class KubeRayArgs:
    """What KubeRay needs. `charts` says how a chart is installed, where the cluster runs one."""

    capabilities: Capabilities
    settings: KubeRaySettings = field(default_factory=KubeRaySettings)
    charts: ChartScope = field(default_factory=ChartScope)


class KubeRay(pulumi.ComponentResource):
    """KubeRay in its namespace, or its API types alone.

    Attributes:
        ready: the leaf after which its types can be used.
    """

    ready: pulumi.Resource
    offer: Offer

    def __init__(self, name: str, args: KubeRayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:addons:KubeRay", name, None, opts)
        runs = installed(args.capabilities, Charts.KUBERAY)
        if runs:
            self.ready = declare(
                RELEASE,
                Charts.KUBERAY,
                scope=args.charts,
                namespace=NAMESPACE,
                values=values(args.settings, args.charts),
                parent=self,
                after=[namespace(NAMESPACE, parent=self, pods="restricted")],
            )
        else:
            self.ready = types_alone(_TYPES, NAMESPACE, parent=self)
        images = images_of(Charts.KUBERAY) if runs else ()
        # It asks the head of a Ray cluster for its jobs, and is alone in its namespace.
        asking = (Caller(namespace=NAMESPACE),)
        self.offer = Offer(images=images, namespaces=(NAMESPACE,), asks_teams=asking)
        self.register_outputs({})


def values(settings: KubeRaySettings, scope: ChartScope) -> Values:
    """Values of the operator's chart (helm-chart/kuberay-operator of ray-project/kuberay v1.3).

    This release of it takes no number of replicas and no placement: one pod, wherever there is room.
    """
    return {
        "fullnameOverride": RELEASE,
        "serviceAccount": {"create": True, "name": RELEASE},
        "resources": resources(settings.requests, settings.limits),
        "podSecurityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        # Its watch covers the namespaces of all teams.
        "singleNamespaceInstall": False,
    }
