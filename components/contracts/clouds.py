"""What a cloud's account gives beside the cluster: for databases, buckets and workload identity.

A data service of the cloud is placed into the cluster's own network, encrypted with its key, and opened to
the service accounts that use it by workload identity, so that no key of the account reaches a pod.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import pulumi


@dataclass(frozen=True, kw_only=True)
class AwsCloud:
    """An account of AWS, as the cluster uses it.

    Attributes:
        region, partition: `eu-central-1`, `aws`.
        account_id: twelve digits.
        cluster_name: name of the EKS cluster, for pod identity associations.
        vpc_id, vpc_cidr: its network. private_subnet_ids: one subnet for each zone, without public addresses.
        node_security_group_id: the security group of all nodes, hence of their pods.
        kms_key_arn: the key that encrypts the cluster's secrets and disks.
        oidc_issuer_url: issuer of the cluster's service account tokens.
        tags: what every resource of the stack carries.
    """

    provider: ClassVar[Literal["aws"]] = "aws"
    region: str
    partition: str
    account_id: pulumi.Output[str]
    cluster_name: pulumi.Output[str]
    vpc_id: pulumi.Output[str]
    vpc_cidr: pulumi.Output[str]
    private_subnet_ids: tuple[pulumi.Output[str], ...]
    node_security_group_id: pulumi.Output[str]
    kms_key_arn: pulumi.Output[str]
    oidc_issuer_url: pulumi.Output[str]
    tags: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class GcpCloud:
    """A project of Google Cloud, as the cluster uses it.

    Attributes:
        project, region: `acme-ml`, `europe-west4`.
        network_id: self link of the VPC network, which has private services access. private_services: the
            leaf after which services of Google (Cloud SQL) can have an address in it; None where they can.
        oidc_issuer_url: issuer of the cluster's service account tokens.
        workload_pool: `<project>.svc.id.goog`, in which service accounts of the cluster are principals.
        kms_key_id: the key that encrypts secrets and disks; None where Google's own keys do.
        labels: what every resource of the stack carries.
        enables_apis: whether the stack enables the project's APIs, or others do.
    """

    provider: ClassVar[Literal["gcp"]] = "gcp"
    project: str
    region: str
    network_id: pulumi.Output[str]
    oidc_issuer_url: pulumi.Output[str]
    workload_pool: str
    labels: dict[str, str]
    enables_apis: bool
    kms_key_id: pulumi.Output[str] | None = None
    private_services: pulumi.Resource | None = None


@dataclass(frozen=True, kw_only=True)
class AzureCloud:
    """A resource group of Azure, as the cluster uses it.

    Attributes:
        location: `westeurope`. resource_group: the stack's own. subscription_id, tenant_id: UUIDs.
        vnet_id: the virtual network. endpoints_subnet_id: the subnet for private endpoints.
        oidc_issuer_url: issuer of the cluster's service account tokens, for federated credentials.
        tags: what every resource of the stack carries.
        key_vault_id, key_vault_name, key_vault_uri: the vault with keys of the stack's own, which services of
            Azure reach and nobody else; None where Azure's own keys do.
        zone_redundant: whether the region has zones, and what is kept has copies in three of them.
        private_zones: IDs of private DNS zones that the network is linked to already, by their names.
    """

    provider: ClassVar[Literal["azure"]] = "azure"
    location: str
    resource_group: pulumi.Output[str]
    subscription_id: pulumi.Output[str]
    tenant_id: pulumi.Output[str]
    vnet_id: pulumi.Output[str]
    endpoints_subnet_id: pulumi.Output[str]
    oidc_issuer_url: pulumi.Output[str]
    tags: dict[str, str]
    key_vault_id: pulumi.Output[str] | None = None
    key_vault_name: pulumi.Output[str] | None = None
    key_vault_uri: pulumi.Output[str] | None = None
    zone_redundant: bool = True
    private_zones: dict[str, str] = field(default_factory=dict[str, str])
