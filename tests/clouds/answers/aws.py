"""What AWS answers. Forms of ids and ARNs: the service authorization reference, read in November 2026."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.clouds.answers.made_up import Made, Place, digest, uid

# Ids that AWS makes up begin so.
_PREFIXES = {
    "ec2/vpc:Vpc": "vpc",
    "ec2/subnet:Subnet": "subnet",
    "ec2/securityGroup:SecurityGroup": "sg",
    "ec2/defaultSecurityGroup:DefaultSecurityGroup": "sg",
    "ec2/internetGateway:InternetGateway": "igw",
    "ec2/natGateway:NatGateway": "nat",
    "ec2/routeTable:RouteTable": "rtb",
    "ec2/routeTableAssociation:RouteTableAssociation": "rtbassoc",
    "ec2/eip:Eip": "eipalloc",
    "ec2/launchTemplate:LaunchTemplate": "lt",
    "ec2/vpcEndpoint:VpcEndpoint": "vpce",
    "ec2/flowLog:FlowLog": "fl",
    "ec2/capacityReservation:CapacityReservation": "cr",
    "efs/fileSystem:FileSystem": "fs",
    "efs/mountTarget:MountTarget": "fsmt",
    "efs/accessPoint:AccessPoint": "fsap",
    "eks/podIdentityAssociation:PodIdentityAssociation": "a",
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule": "sgr",
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule": "sgr",
}
_GLOBAL = ("iam", "s3", "route53")
# Resources whose id is their ARN.
_ID_IS_ARN = ("iam/policy:Policy", "iam/openIdConnectProvider:OpenIdConnectProvider", "sqs/queue:Queue")

Inputs = Mapping[str, Any]


def answer(token: str, name: str, inputs: Inputs, place: Place) -> Made:
    """What AWS says of a resource."""
    kind = token.removeprefix("aws:")
    service = kind.partition("/")[0]
    seed = f"{token}/{name}"
    identifier = _identifier(kind, name, inputs, seed)
    region = "" if service in _GLOBAL else inputs.get("region") or place.region
    account = "" if service == "s3" else place.account
    path = identifier if service == "s3" else f"{_noun(kind)}/{identifier}"
    arn = f"arn:{place.partition}:{service}:{region}:{account}:{path}"
    outputs: dict[str, Any] = {"arn": arn, "region": region or place.region}
    if "tags" in inputs:
        outputs["tagsAll"] = inputs["tags"]
    more = _MORE.get(kind)
    outputs |= more(name, inputs, place, arn) if more else {}
    return Made(arn if kind in _ID_IS_ARN else identifier, outputs)


def _identifier(kind: str, name: str, inputs: Inputs, seed: str) -> str:
    if kind in _PREFIXES:
        return f"{_PREFIXES[kind]}-{digest(seed)}"
    if kind == "kms/key:Key":
        return uid(seed)
    if kind == "eks/nodeGroup:NodeGroup":
        return f"{inputs['clusterName']}:{_group(inputs, seed)}"
    if kind == "eks/addon:Addon":
        return f"{inputs['clusterName']}:{inputs['addonName']}"
    if kind == "eks/accessEntry:AccessEntry":
        return f"{inputs['clusterName']}:{inputs['principalArn']}"
    return str(inputs.get("name") or inputs.get("bucket") or f"{name}-{digest(seed, 7)}")


def _group(inputs: Inputs, seed: str) -> str:
    return str(inputs.get("nodeGroupName") or f"{inputs.get('nodeGroupNamePrefix', '')}{digest(seed, 26)}")


def _noun(kind: str) -> str:
    noun = kind.partition("/")[2].partition(":")[0]
    return "".join(f"-{one.lower()}" if one.isupper() else one for one in noun)


def _cluster(name: str, inputs: Inputs, place: Place, arn: str) -> dict[str, Any]:
    issuer = f"https://oidc.eks.{place.region}.amazonaws.com/id/{digest(arn, 32).upper()}"
    return {
        "name": inputs["name"],
        "clusterId": "",
        "createdAt": "2026-01-02T03:04:05Z",
        "identities": [{"oidcs": [{"issuer": issuer}]}],
        "platformVersion": "eks.1",
        "status": "ACTIVE",
        "vpcConfig": {
            **inputs["vpcConfig"],
            "clusterSecurityGroupId": f"sg-{digest(arn)}",
            "vpcId": f"vpc-{digest(place.region)}",
        },
    }


def _launch_template(name: str, inputs: Inputs, place: Place, arn: str) -> dict[str, Any]:
    return {"latestVersion": 1, "defaultVersion": 1}


def _node_group(name: str, inputs: Inputs, place: Place, arn: str) -> dict[str, Any]:
    named = arn.rpartition(":")[2]
    group = f"eks-{named}-{digest(arn, 8)}"
    return {
        "nodeGroupName": named,
        "status": "ACTIVE",
        "resources": [{"autoscalingGroups": [{"name": group}], "remoteAccessSecurityGroupId": ""}],
    }


def _file_system(name: str, inputs: Inputs, place: Place, arn: str) -> dict[str, Any]:
    return {"dnsName": f"fs-{digest(arn)}.efs.{place.region}.amazonaws.com"}


def _key(name: str, inputs: Inputs, place: Place, arn: str) -> dict[str, Any]:
    return {"keyId": arn.rpartition("/")[2]}


def _vpc(name: str, inputs: Inputs, place: Place, arn: str) -> dict[str, Any]:
    return {
        "mainRouteTableId": f"rtb-{digest(arn)}",
        "defaultSecurityGroupId": f"sg-{digest(arn)}",
        "defaultRouteTableId": f"rtb-{digest(arn)}",
        "ownerId": place.account,
    }


def _role(name: str, inputs: Inputs, place: Place, arn: str) -> dict[str, Any]:
    return {"uniqueId": f"AROA{digest(arn).upper()}"}


def _eip(name: str, inputs: Inputs, place: Place, arn: str) -> dict[str, Any]:
    return {"publicIp": f"203.0.113.{int(digest(arn, 2), 16)}", "allocationId": f"eipalloc-{digest(arn)}"}


def _database(name: str, inputs: Inputs, place: Place, arn: str) -> dict[str, Any]:
    address = f"{inputs.get('identifier', name)}.{digest(arn, 12)}.{place.region}.rds.amazonaws.com"
    port = inputs.get("port", 3306)
    secret = f"arn:{place.partition}:secretsmanager:{place.region}:{place.account}:secret:rds!{uid(arn)}"
    outputs: dict[str, Any] = {"address": address, "endpoint": f"{address}:{port}", "port": port}
    if inputs.get("manageMasterUserPassword"):
        outputs["masterUserSecrets"] = [{"secretArn": secret, "secretStatus": "active", "kmsKeyId": ""}]
    return outputs


def _bucket(name: str, inputs: Inputs, place: Place, arn: str) -> dict[str, Any]:
    bucket = arn.rpartition(":")[2]
    return {
        "bucket": bucket,
        "bucketDomainName": f"{bucket}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{bucket}.s3.{place.region}.amazonaws.com",
        "hostedZoneId": "Z21DNDUVLTQW6Q",
    }


_MORE: Mapping[str, Callable[[str, Inputs, Place, str], dict[str, Any]]] = {
    "ec2/eip:Eip": _eip,
    "ec2/launchTemplate:LaunchTemplate": _launch_template,
    "ec2/vpc:Vpc": _vpc,
    "efs/fileSystem:FileSystem": _file_system,
    "eks/cluster:Cluster": _cluster,
    "eks/nodeGroup:NodeGroup": _node_group,
    "iam/role:Role": _role,
    "kms/key:Key": _key,
    "rds/instance:Instance": _database,
    "s3/bucket:Bucket": _bucket,
}
