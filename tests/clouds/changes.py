"""Which changes of a cloud's resource mean another one in its place."""

from collections.abc import Mapping
from typing import Any

# Identity and place of a resource never change.
_EVERYWHERE = frozenset({"name", "region", "location", "project", "resourceGroupName", "bucket", "accountId"})

_IMMUTABLE: Mapping[str, frozenset[str]] = {
    "aws:ec2/vpc:Vpc": frozenset({"cidrBlock"}),
    "aws:ec2/subnet:Subnet": frozenset({"vpcId", "cidrBlock", "availabilityZone"}),
    "aws:ec2/securityGroup:SecurityGroup": frozenset({"vpcId", "description"}),
    "aws:eks/cluster:Cluster": frozenset({"roleArn", "encryptionConfig", "kubernetesNetworkConfig"}),
    "aws:eks/nodeGroup:NodeGroup": frozenset(
        {
            "clusterName",
            "nodeGroupName",
            "nodeRoleArn",
            "subnetIds",
            "instanceTypes",
            "capacityType",
            "amiType",
        }
    ),
    "aws:kms/key:Key": frozenset({"keyUsage", "customerMasterKeySpec"}),
    "gcp:compute/subnetwork:Subnetwork": frozenset({"network"}),
    "gcp:container/cluster:Cluster": frozenset(
        {"network", "subnetwork", "privateClusterConfig", "datapathProvider"}
    ),
    "gcp:container/nodePool:NodePool": frozenset({"cluster"}),
    "azure-native:containerservice:ManagedCluster": frozenset({"resourceName", "dnsPrefix"}),
    "azure-native:containerservice:AgentPool": frozenset(
        {"resourceName", "agentPoolName", "vmSize", "vnetSubnetID", "gpuInstanceProfile"}
    ),
    "azure-native:network:Subnet": frozenset({"virtualNetworkName", "subnetName"}),
}


def changed(olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
    """The inputs that differ."""
    return sorted(key for key in {*olds, *news} if olds.get(key) != news.get(key))


def replacing(token: str, names: list[str]) -> list[str]:
    """Those of the changed inputs that cannot change in place."""
    fixed = _EVERYWHERE | _IMMUTABLE.get(token, frozenset())
    return [name for name in names if name in fixed]
