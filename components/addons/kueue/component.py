"""Kueue, which lets work wait until its team's quota and the cluster have room for all of it at once.

Where pods do not run their images, only its API types are installed. Needs a cluster. Offers the leaf after
which queues can be declared.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pulumi
import yaml

from ...charts import (
    ChartScope,
    Values,
    declare,
    images_of,
    installed,
    namespace,
    resources,
    types_alone,
    webhooks_ready,
)
from ...contracts import Capabilities, Offer
from ...versions import Charts
from .settings import KueueSettings

NAMESPACE = "kueue-system"
RELEASE = "kueue"

_TYPES = Path(__file__).with_name("api_types.yaml")

# What the profile controller writes on the namespace of every team.
TEAM_LABEL = {"app.kubernetes.io/part-of": "kubeflow-profile"}


@dataclass(frozen=True, kw_only=True)
class KueueArgs:
    """What Kueue needs. `charts` says how a chart is installed, where the cluster runs one."""

    capabilities: Capabilities
    settings: KueueSettings = field(default_factory=KueueSettings)
    charts: ChartScope = field(default_factory=ChartScope)


class Kueue(pulumi.ComponentResource):
    """Kueue in its namespace, or its API types alone.

    Attributes:
        ready: the leaf after which queues can be declared: its webhooks check them.
    """

    ready: pulumi.Resource
    offer: Offer

    def __init__(self, name: str, args: KueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:addons:Kueue", name, None, opts)
        runs = installed(args.capabilities, Charts.KUEUE)
        self.ready = _chart(self, args) if runs else types_alone(_TYPES, NAMESPACE, parent=self)
        self.offer = Offer(images=images_of(Charts.KUEUE) if runs else (), namespaces=(NAMESPACE,))
        self.register_outputs({})


def _chart(parent: pulumi.Resource, args: KueueArgs) -> pulumi.Resource:
    chart = declare(
        RELEASE,
        Charts.KUEUE,
        scope=args.charts,
        namespace=NAMESPACE,
        values=values(args.settings, args.charts),
        parent=parent,
        after=[namespace(NAMESPACE, parent=parent, pods="restricted")],
        # Its own webhook converts its types between versions: left behind, they could not be read any more.
        keep_types=False,
    )
    return webhooks_ready(
        ("mutating", f"{RELEASE}-mutating-webhook-configuration"),
        ("validating", f"{RELEASE}-validating-webhook-configuration"),
        parent=parent,
        after=[chart],
    )


def values(settings: KueueSettings, scope: ChartScope) -> Values:
    """Values of Kueue's chart (charts/kueue of kubernetes-sigs/kueue v0.19)."""
    return {
        "fullnameOverride": RELEASE,
        "kubernetesClusterDomain": scope.cluster_domain,
        "controllerManager": {
            "replicas": scope.replicas,
            "podDisruptionBudget": {"enabled": scope.redundant, "minAvailable": 1},
            "manager": {"resources": resources(settings.requests, settings.limits)},
            **scope.placement,
        },
        "managerConfig": {
            "controllerManagerConfigYaml": yaml.safe_dump(configuration(settings), sort_keys=False)
        },
    }


def configuration(settings: KueueSettings) -> Values:
    """The manager's configuration (apis/config/v1beta2 Configuration).

    Replaces the chart's whole text, so it repeats the ports that the chart's Services point to.
    """
    return {
        "apiVersion": "config.kueue.x-k8s.io/v1beta2",
        "kind": "Configuration",
        "health": {"healthProbeBindAddress": ":8081"},
        "metrics": {"bindAddress": ":8443"},
        "webhook": {"port": 9443},
        "leaderElection": {"leaderElect": True, "resourceName": "c1f6bfd2.kueue.x-k8s.io"},
        "clientConnection": {"qps": 300, "burst": 500},
        "manageJobsWithoutQueueName": settings.require_queue,
        # Nobody else's work: without its webhook nothing can be started in the namespaces that it watches.
        "managedJobsNamespaceSelector": {"matchLabels": TEAM_LABEL},
        "integrations": {"frameworks": list(settings.frameworks)},
    }
