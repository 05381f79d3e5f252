"""The cluster of a stack on a cloud, with something in it that has a load balancer and a disk.

Instead of the whole platform: what a cluster's own settings say is `slipway:cluster` of the stack's file.
"""

import pulumi
import pulumi_kubernetes as k8s
from pydantic import TypeAdapter

from components.clusters.choice import ClusterSettings, make_cluster
from components.contracts import Cluster


def _use(cluster: Cluster) -> k8s.core.v1.Service:
    inside = pulumi.ResourceOptions(provider=cluster.provider)
    namespace = k8s.core.v1.Namespace("demo", metadata={"name": "demo"}, opts=inside).metadata.name
    claim = k8s.core.v1.PersistentVolumeClaim(
        "data",
        metadata={
            "name": "data",
            "namespace": namespace,
            "annotations": {"pulumi.com/skipAwait": "true"},
        },
        spec={
            "storage_class_name": cluster.storage_class,
            "access_modes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
        opts=inside,
    )
    container: k8s.core.v1.ContainerArgsDict = {
        "name": "web",
        "image": "web",
        "volume_mounts": [{"name": "data", "mount_path": "/data"}],
    }
    k8s.apps.v1.Deployment(
        "web",
        metadata={"name": "web", "namespace": namespace},
        spec={
            "selector": {"match_labels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {
                    "containers": [container],
                    "volumes": [
                        {"name": "data", "persistent_volume_claim": {"claim_name": claim.metadata.name}}
                    ],
                },
            },
        },
        opts=inside,
    )
    return k8s.core.v1.Service(
        "web",
        metadata={"name": "web", "namespace": namespace},
        spec={"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80}]},
        opts=inside,
    )


given = pulumi.Config("slipway").require_object("cluster")
checked: ClusterSettings = TypeAdapter[ClusterSettings](ClusterSettings).validate_python(given)
made = make_cluster(checked, stack=pulumi.get_stack())
service = _use(made)
pulumi.export("kubeconfig", pulumi.Output.secret(made.kubeconfig))
pulumi.export("address", service.status.load_balancer.ingress[0].ip)
