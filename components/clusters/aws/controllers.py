"""Controllers of the cluster that work on AWS: the autoscaler, load balancers, and the devices of EFA.

Each comes from its own project's chart, with a role by pod identity and nothing of the nodes' role.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
from pulumi_aws import eks

from ... import versions
from ...charts import ChartScope, ChartSource, declare
from ...kube.pulling import make_pull_secret
from ..pools import POOL_LABEL
from .identity import associated, pod_role
from .load_balancer_policy import load_balancer_policy
from .network import Network
from .node_groups import priorities
from .pins import pins
from .place import Place
from .policies import allow, document
from .pool_settings import machines

_NAMESPACE = "kube-system"
_PULL_SECRET = "controllers-image-pull-secret"
_AUTOSCALER = "cluster-autoscaler"
_LOAD_BALANCERS = "aws-load-balancer-controller"


def identities(place: Place, cluster: eks.Cluster, network: Network) -> list[pulumi.Resource]:
    """The controllers' roles: pods get one only where it was there before them."""
    scaling = pod_role(place, "autoscaler", account=_AUTOSCALER, inline=_autoscaler_policy(place))
    balancing = pod_role(
        place, "load-balancers", account=_LOAD_BALANCERS, inline=load_balancer_policy(place, network.vpc_id)
    )
    return [
        associated(place, "autoscaler", given=scaling, cluster=cluster, account=_AUTOSCALER),
        associated(place, "load-balancers", given=balancing, cluster=cluster, account=_LOAD_BALANCERS),
    ]


class Controllers(pulumi.ComponentResource):
    """The charts of the controllers. What these made in AWS goes while they run: objects wait for them."""

    ready: tuple[pulumi.Resource, ...]

    def __init__(
        self, place: Place, provider: k8s.Provider, network: Network, *, source: ChartSource
    ) -> None:
        super().__init__(
            "slipway:clusters:AwsControllers",
            "controllers",
            None,
            pulumi.ResourceOptions(parent=place.parent, providers=[provider]),
        )
        charts = versions.Charts
        values = {
            charts.CLUSTER_AUTOSCALER: _autoscaler(place),
            charts.AWS_EFA_DEVICE_PLUGIN: _fabric_devices(place),
            charts.AWS_LOAD_BALANCER_CONTROLLER: _load_balancers(place, network),
        }
        # Not by the name that add-ons use: Istio's node agent has its own in the same namespace.
        make_pull_secret(
            _NAMESPACE,
            _NAMESPACE,
            pulumi.ResourceOptions(parent=self),
            name=_PULL_SECRET,
            default_account=False,
        )
        made: list[pulumi.Resource] = []
        for pin in pins(place.settings):
            chart = declare(
                pin.name,
                pin,
                scope=ChartScope(source=source),
                namespace=_NAMESPACE,
                values=values[pin],
                parent=self,
                after=made[-1:],
                pull_secret=_PULL_SECRET,
            )
            made.append(chart)
        self.ready = tuple(made)
        self.register_outputs({})


def _autoscaler(place: Place) -> dict[str, Any]:
    preferred = priorities(place.settings.node_pools)
    return {
        "fullnameOverride": _AUTOSCALER,
        "autoDiscovery": {"clusterName": place.cluster},
        "awsRegion": place.settings.region,
        "rbac": {"serviceAccount": {"name": _AUTOSCALER}},
        "expanderPriorities": preferred,
        "extraArgs": {
            "expander": "priority,least-waste" if preferred else "least-waste",
            "balance-similar-node-groups": True,
            # Without it a node with any pod of kube-system would never go.
            "skip-nodes-with-system-pods": False,
        },
        "resources": {"requests": {"cpu": "100m", "memory": "300Mi"}, "limits": {"memory": "1Gi"}},
        "containerSecurityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65534,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }


def _autoscaler_policy(place: Place) -> pulumi.Output[str]:
    """Look at all groups, change those of this cluster (autoscaler, cloudprovider/aws)."""
    return document(
        allow(
            (
                "autoscaling:DescribeAutoScalingGroups",
                "autoscaling:DescribeAutoScalingInstances",
                "autoscaling:DescribeLaunchConfigurations",
                "autoscaling:DescribeScalingActivities",
                "autoscaling:DescribeTags",
                "ec2:DescribeImages",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeLaunchTemplateVersions",
                "ec2:GetInstanceTypesFromInstanceRequirements",
            ),
            ["*"],
        ),
        allow(["eks:DescribeNodegroup"], [place.arn("eks", f"nodegroup/{place.cluster}/*")]),
        allow(
            ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
            [place.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/eks-*")],
            conditions={
                "StringEquals": {
                    f"aws:ResourceTag/k8s.io/cluster-autoscaler/{place.cluster}": "owned",
                }
            },
        ),
    )


def _load_balancers(place: Place, network: Network) -> dict[str, Any]:
    return {
        "clusterName": place.cluster,
        # Told here, for a pod cannot ask the metadata service.
        "region": place.settings.region,
        "vpcId": network.vpc_id,
        "serviceAccount": {"name": _LOAD_BALANCERS},
        "defaultTargetType": "ip",
        "defaultTags": place.tags,
        # Made once and kept: otherwise each `up` would make another certificate of the webhooks.
        "keepTLSSecret": True,
        "enableShield": False,
        "enableWaf": False,
        "enableWafv2": False,
        "podDisruptionBudget": {"maxUnavailable": 1},
        "resources": {"requests": {"cpu": "100m", "memory": "200Mi"}, "limits": {"memory": "512Mi"}},
    }


def _fabric_devices(place: Place) -> dict[str, Any]:
    pools = [pool for pool in place.settings.node_pools if pool.efa]
    taints = {
        (taint.key, taint.effect): taint for pool in pools for taint in pool.effective_taints(machines())
    }
    tolerations: Sequence[Mapping[str, str]] = [
        {"key": key, "operator": "Exists", "effect": effect} for key, effect in taints
    ]
    return {
        "supportedInstanceLabels": {"keys": [POOL_LABEL], "values": [pool.name for pool in pools]},
        "tolerations": tolerations,
    }
