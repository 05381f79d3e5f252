"""An EKS cluster as settings. Nothing here needs the SDK of AWS."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from ...contracts import NodePool
from ...settings_base import Settings, duplicates
from ..cloud_settings import AcceleratorChoice, CloudClusterSettings, pool_problems
from .network_settings import NetworkSettings, default_zones
from .pool_settings import AwsPoolSettings, aws_problems, machines

LogType = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]
AddonName = Literal[
    "aws-ebs-csi-driver",
    "aws-efs-csi-driver",
    "coredns",
    "eks-node-monitoring-agent",
    "eks-pod-identity-agent",
    "kube-proxy",
    "metrics-server",
    "vpc-cni",
]

# What CloudWatch Logs takes (API PutRetentionPolicy), as far as it is of use here.
_RETENTION = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653)
_OLDEST = (1, 30)
_MOST_TAGS = 30


def _principal(arn: str) -> str:
    if not re.fullmatch(r"arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[\w+=,.@/-]+", arn):
        message = f"'{arn}' is not the ARN of a role or user (arn:aws:iam::123456789012:role/platform)"
        raise ValueError(message)
    return arn


Principal = Annotated[str, AfterValidator(_principal)]


class LogSettings(Settings):
    """Logs of the control plane, in CloudWatch."""

    types: tuple[LogType, ...] = Field(
        default=("api", "audit", "authenticator", "controllerManager", "scheduler"),
        description="Which logs are kept.",
    )
    retention_days: int = Field(default=90, description="How long logs are kept, in days.")

    @model_validator(mode="after")
    def _of_cloudwatch(self) -> Self:
        if self.retention_days not in _RETENTION:
            allowed = ", ".join(map(str, _RETENTION))
            raise ValueError(f"retentionDays is {self.retention_days}; allowed: {allowed}")
        return self


class EncryptionSettings(Settings):
    """The key (AWS KMS) that encrypts secrets, disks, shared files and logs."""

    key_arn: str | None = Field(
        default=None,
        pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-f-]{36}$",
        description="A key that is there already; a new one, rotated each year, unless said. Its policy has "
        "to let EC2 Auto Scaling and CloudWatch Logs use it (docs/clusters/aws.md).",
    )
    deletion_days: int = Field(
        default=30, ge=7, le=30, description="Days in which the removal of a new key can be taken back."
    )


class AccessSettings(Settings):
    """Who may use the cluster, by EKS access entries."""

    creator: bool = Field(
        default=True,
        description="Whether the identity that creates the cluster may do everything. With false it has to "
        "be among the admins; with true it must not be, for EKS has one access entry of each.",
    )
    admins: tuple[Principal, ...] = Field(default=(), description="Roles and users that may do everything.")
    viewers: tuple[Principal, ...] = Field(
        default=(), description="Roles and users that may read all but secrets."
    )

    @model_validator(mode="after")
    def _once(self) -> Self:
        if twice := duplicates((*self.admins, *self.viewers)):
            raise ValueError(f"{', '.join(twice)} is given twice: EKS has one access entry of each")
        if not (self.creator or self.admins):
            raise ValueError("creator is false and there are no admins: nobody could use the cluster")
        return self


class SharedStorageSettings(Settings):
    """A shared file system (EFS), for volumes that many nodes write."""

    enabled: bool = Field(default=True, description="Whether there is one.")
    throughput: Literal["elastic", "bursting"] = Field(
        default="elastic",
        description="`elastic`: as fast as is asked for, paid by what is read and written; `bursting`: grows "
        "with what is stored.",
    )


class AwsSettings(CloudClusterSettings):
    """A cluster of EKS."""

    provider: Literal["aws"] = Field(description="Which kind of cluster: EKS on AWS.")
    account: str = Field(
        pattern=r"^[0-9]{12}$",
        description="Account of AWS, twelve digits; credentials of any other are refused.",
    )
    zones: tuple[str, ...] = Field(
        default=(), description="Two or three zones of the region; its first three unless said."
    )
    network: NetworkSettings = NetworkSettings()
    logs: LogSettings = LogSettings()
    encryption: EncryptionSettings = EncryptionSettings()
    access: AccessSettings = AccessSettings()
    shared_storage: SharedStorageSettings = SharedStorageSettings()
    extended_support: bool = Field(
        default=False,
        description="Whether a version is kept beyond its standard support, at six times the price, rather "
        "than upgraded by AWS.",
    )
    addon_versions: Mapping[AddonName, str] = Field(
        default={}, description="Versions of EKS add-ons; the default for the cluster's version unless said."
    )
    node_pools: tuple[AwsPoolSettings, ...] = Field(
        default=(
            AwsPoolSettings(name="system", machine_type="m7i.2xlarge", min=3, max=9),
            AwsPoolSettings(
                name="gpu", accelerator=AcceleratorChoice(model="L4"), max=4, capacity="spotWithFallback"
            ),
        ),
        description="Node pools; at least one node must take pods that tolerate no taint.",
    )

    @property
    def partition(self) -> str:
        """The partition of the region: `aws`, `aws-us-gov`."""
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    @property
    def all_zones(self) -> tuple[str, ...]:
        """The zones of the cluster."""
        if self.network.given:
            return tuple(self.network.given.private_subnets)
        return self.zones or default_zones(self.region)

    def contracts(self) -> tuple[NodePool, ...]:
        """The node pools as components see them."""
        return tuple(pool.contract(machines()) for pool in self.node_pools)

    @field_validator("region")
    @classmethod
    def _region(cls, region: str) -> str:
        if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-[0-9]", region):
            raise ValueError(f"'{region}' is not a region of AWS (eu-central-1)")
        if region.startswith("cn-"):
            raise ValueError(f"'{region}' is in China, where the images of add-ons cannot be pulled")
        return region

    @field_validator("version")
    @classmethod
    def _version(cls, version: str) -> str:
        if tuple(map(int, version.split("."))) < _OLDEST:
            oldest = ".".join(map(str, _OLDEST))
            raise ValueError(f"EKS has no nodes of Amazon Linux 2023 for {version}; allowed: {oldest} on")
        return version

    @field_validator("tags")
    @classmethod
    def _tags(cls, tags: Mapping[str, str]) -> Mapping[str, str]:
        for key in tags:
            if key.lower().startswith(("aws:", "eks:", "kubernetes.io/")):
                raise ValueError(f"'{key}' is for AWS and Kubernetes to set: choose a key of your own")
        if len(tags) > _MOST_TAGS:
            raise ValueError(
                f"found {len(tags)}; allowed: at most {_MOST_TAGS}, for a resource has 50 in all"
            )
        return tags

    @model_validator(mode="after")
    def _can_be_had(self) -> Self:
        problems = self._of_zones() or pool_problems(self.node_pools, machines())
        if not problems:
            problems = [
                f"pool '{pool.name}': {problem}"
                for pool in self.node_pools
                for problem in aws_problems(pool, self.all_zones)
            ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _of_zones(self) -> list[str]:
        if self.zones and self.network.given:
            return ["zones: a given network has those of its privateSubnets: leave zones out"]
        if twice := duplicates(self.zones):
            return [f"zones: {', '.join(twice)} is given twice"]
        if not 2 <= len(self.all_zones) <= 3:
            return [f"zones: found {len(self.all_zones)} of them; allowed: two or three"]
        return [
            f"zones: '{zone}' is not a zone of {self.region} ({self.region}a)"
            for zone in self.all_zones
            if not re.fullmatch(f"{self.region}[a-z]", zone)
        ]
