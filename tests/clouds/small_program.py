"""A small stack on AWS, for the real engine: a network, a cluster with nodes, and what makes a load balancer
and a disk in it."""

import json

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s


def _kubeconfig(parts: list[str]) -> str:
    name, server, authority = parts
    login = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "aws",
        "args": ["eks", "get-token", "--cluster-name", name],
        "interactiveMode": "Never",
    }
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {"name": name, "cluster": {"server": server, "certificate-authority-data": authority}}
            ],
            "users": [{"name": name, "user": {"exec": login}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
    )


provider = aws.Provider("aws", region="eu-central-1", default_tags={"tags": {"stack": "small"}})
there = pulumi.ResourceOptions(provider=provider)
asked = pulumi.InvokeOptions(provider=provider)

zones = aws.get_availability_zones(opts=asked).names
vpc = aws.ec2.Vpc("network", cidr_block="10.0.0.0/16", opts=there)
subnets = [
    aws.ec2.Subnet(
        zone, vpc_id=vpc.id, cidr_block=f"10.0.{index}.0/24", availability_zone=zone, opts=there
    ).id
    for index, zone in enumerate(zones)
]
trust = aws.iam.get_policy_document(
    statements=[
        {
            "actions": ["sts:AssumeRole"],
            "principals": [{"type": "Service", "identifiers": ["eks.amazonaws.com"]}],
        }
    ],
    opts=asked,
)
role = aws.iam.Role("cluster", assume_role_policy=trust.json, opts=there)
cluster = aws.eks.Cluster(
    "small", name="small", role_arn=role.arn, vpc_config={"subnet_ids": subnets}, opts=there
)
nodes = aws.eks.NodeGroup(
    "system",
    cluster_name=cluster.name,
    node_group_name="system",
    node_role_arn=role.arn,
    subnet_ids=subnets,
    scaling_config={"min_size": 2, "max_size": 3, "desired_size": 2},
    instance_types=["m7i.2xlarge"],
    labels={"pool": "system"},
    opts=there,
)

reached = pulumi.Output.all(cluster.name, cluster.endpoint, cluster.certificate_authority.data)
kubeconfig = pulumi.Output.secret(reached.apply(_kubeconfig))
kubernetes = k8s.Provider(
    "kubernetes",
    kubeconfig=kubeconfig,
    cluster_identifier=cluster.arn,
    upsert_existing_objects=True,
    opts=pulumi.ResourceOptions(depends_on=[nodes]),
)
inside = pulumi.ResourceOptions(provider=kubernetes)

namespace = k8s.core.v1.Namespace("demo", metadata={"name": "demo"}, opts=inside)
storage = k8s.storage.v1.StorageClass(
    "gp3",
    metadata={"name": "gp3"},
    provisioner="ebs.csi.aws.com",
    volume_binding_mode="WaitForFirstConsumer",
    opts=inside,
)
claim = k8s.core.v1.PersistentVolumeClaim(
    "data",
    metadata={
        "name": "data",
        "namespace": namespace.metadata.name,
        "annotations": {"pulumi.com/skipAwait": "true"},
    },
    spec={
        "storage_class_name": storage.metadata.name,
        "access_modes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
    },
    opts=inside,
)
k8s.apps.v1.Deployment(
    "web",
    metadata={"name": "web", "namespace": namespace.metadata.name},
    spec={
        "selector": {"match_labels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "node_selector": {"pool": "system"},
                "containers": [
                    {
                        "name": "web",
                        "image": "web",
                        "volume_mounts": [{"name": "data", "mount_path": "/data"}],
                    }
                ],
                "volumes": [{"name": "data", "persistent_volume_claim": {"claim_name": claim.metadata.name}}],
            },
        },
    },
    opts=inside,
)
service = k8s.core.v1.Service(
    "web",
    metadata={"name": "web", "namespace": namespace.metadata.name},
    spec={"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80}]},
    opts=inside,
)
pulumi.export("kubeconfig", kubeconfig)
pulumi.export("address", service.status.load_balancer.ingress[0].ip)
