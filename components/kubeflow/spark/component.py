"""The Spark operator: jobs of Apache Spark, once, on a schedule, or as a server to connect to.

Installs the API types SparkApplication, ScheduledSparkApplication and SparkConnect, the controller that runs
them, and the webhook that checks them. Needs the namespaces. Offers contracts.Offer; for the namespace of a
team see `team_spark`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi

from ...contracts import Capabilities, MenuItem, Namespaces, NodePool, Offer
from ...kube.api_types import api_types
from ...kube.objects import access
from ...kube.scope import Scope
from .controller import controller
from .settings import SparkSettings
from .webhook import webhook

DOCUMENTATION = MenuItem(
    kind="documentation",
    text="Spark operator",
    link="https://www.kubeflow.org/docs/components/spark-operator/",
    description="Jobs of Apache Spark on the platform",
    order=50,
)

_HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class SparkArgs:
    """What the Spark operator needs."""

    settings: SparkSettings
    namespaces: Namespaces
    capabilities: Capabilities
    node_pools: Sequence[NodePool] = ()


class Spark(pulumi.ComponentResource):
    """The Spark operator.

    Attributes:
        offer: link to the documentation, image and requests.
    """

    offer: Offer

    def __init__(self, name: str, args: SparkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:kubeflow:Spark", name, None, opts)
        settings, pools = args.settings, args.node_pools
        scope = Scope(component="spark", parent=self, namespaces=args.namespaces)

        bindings = access(scope, _HERE / "rbac.yaml")
        types = api_types(_HERE / "api_types.yaml", parent=self, depends_on=bindings[:1])
        ready = [*types, *bindings]
        runs = controller(scope, settings, pools, after=ready)
        checks = webhook(scope, args.capabilities, settings, pools, after=ready)

        self.offer = Offer(
            menu=(DOCUMENTATION,),
            images=tuple(dict.fromkeys((*runs.images, *checks.images))),
            request=runs.request + checks.request,
        )
        self.register_outputs({})
