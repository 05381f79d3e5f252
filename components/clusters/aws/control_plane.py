"""The control plane of EKS, its logs, and who may use it."""

import json
from collections.abc import Sequence

import pulumi
from pulumi_aws import cloudwatch, eks

from .identity import role
from .network import Network
from .place import Place
from .policies import allow, document

_ADMIN, _VIEWER = "AmazonEKSClusterAdminPolicy", "AmazonEKSAdminViewPolicy"


def control_plane(place: Place, network: Network, key_arn: pulumi.Output[str]) -> eks.Cluster:
    """The control plane. Its log group is made first, for EKS would make one that is kept for ever."""
    settings = place.settings
    logs = cloudwatch.LogGroup(
        place.name("control-plane"),
        name=f"/aws/eks/{place.cluster}/cluster",
        retention_in_days=settings.logs.retention_days,
        kms_key_id=key_arn,
        opts=place.options(),
    )
    manager = role(
        place,
        "control-plane",
        service="eks",
        managed=("AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController"),
        inline=document(
            allow(("kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"), [key_arn]),
        ),
    )
    return eks.Cluster(
        place.cluster,
        name=place.cluster,
        version=settings.version,
        role_arn=manager.arn,
        vpc_config=eks.ClusterVpcConfigArgs(
            subnet_ids=list(network.private.values()),
            endpoint_private_access=True,
            endpoint_public_access=settings.endpoint.public,
            public_access_cidrs=list(settings.endpoint.allowed_ranges) or None,
        ),
        access_config=eks.ClusterAccessConfigArgs(
            authentication_mode="API",
            bootstrap_cluster_creator_admin_permissions=settings.access.creator,
        ),
        encryption_config=eks.ClusterEncryptionConfigArgs(
            provider=eks.ClusterEncryptionConfigProviderArgs(key_arn=key_arn), resources=["secrets"]
        ),
        kubernetes_network_config=eks.ClusterKubernetesNetworkConfigArgs(
            ip_family="ipv4", service_ipv4_cidr=settings.network.service_range
        ),
        # All of them are add-ons of EKS: what it would install by itself could not be configured.
        bootstrap_self_managed_addons=False,
        enabled_cluster_log_types=list(settings.logs.types),
        upgrade_policy=eks.ClusterUpgradePolicyArgs(
            support_type="EXTENDED" if settings.extended_support else "STANDARD"
        ),
        deletion_protection=settings.deletion_protection,
        # Without its role's rights EKS could not remove the interfaces that it made in the subnets.
        # Who creates the cluster is settled then: a change of mind must not make it anew.
        # EKS alone would refuse when all nodes are gone already; Pulumi refuses before anything goes.
        opts=place.options(
            depends_on=[logs, *manager.rights],
            protect=settings.deletion_protection,
            ignore_changes=["accessConfig.bootstrapClusterCreatorAdminPermissions"],
        ),
    )


def access(place: Place, cluster: eks.Cluster) -> list[pulumi.Resource]:
    """An access entry of each principal that the settings name."""
    entries: list[pulumi.Resource] = []
    given = place.settings.access
    for policy, principals in ((_ADMIN, given.admins), (_VIEWER, given.viewers)):
        entries += _entries(place, cluster, policy, principals)
    return entries


def _entries(
    place: Place, cluster: eks.Cluster, policy: str, principals: Sequence[str]
) -> list[pulumi.Resource]:
    made: list[pulumi.Resource] = []
    for principal in principals:
        name = place.name(principal.rpartition(":")[2].replace("/", "-")[-40:])
        entry = eks.AccessEntry(
            name, cluster_name=cluster.name, principal_arn=principal, type="STANDARD", opts=place.options()
        )
        made.append(
            eks.AccessPolicyAssociation(
                name,
                cluster_name=cluster.name,
                principal_arn=entry.principal_arn,
                policy_arn=f"arn:{place.settings.partition}:eks::aws:cluster-access-policy/{policy}",
                access_scope=eks.AccessPolicyAssociationAccessScopeArgs(type="cluster"),
                opts=place.options(),
            )
        )
    return made


def kubeconfig(place: Place, cluster: eks.Cluster) -> pulumi.Output[str]:
    """How to reach the cluster: `aws eks get-token` gives a token of minutes, and nothing secret is kept."""
    region = place.settings.region

    def written(given: Sequence[str]) -> str:
        name, endpoint, authority = given
        arguments = ["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"]
        return json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": name,
                "clusters": [
                    {
                        "name": name,
                        "cluster": {"server": endpoint, "certificate-authority-data": authority},
                    }
                ],
                "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
                "users": [
                    {
                        "name": name,
                        "user": {
                            "exec": {
                                "apiVersion": "client.authentication.k8s.io/v1beta1",
                                "command": "aws",
                                "args": arguments,
                                "interactiveMode": "Never",
                                "provideClusterInfo": False,
                            }
                        },
                    }
                ],
            }
        )

    authority = cluster.certificate_authority.apply(lambda given: given.data or "")
    return pulumi.Output.all(cluster.name, cluster.endpoint, authority).apply(written)
