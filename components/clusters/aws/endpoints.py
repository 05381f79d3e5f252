"""Services of AWS that are reached without leaving the network."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import ec2, vpc

from .place import Place


def endpoints(
    place: Place,
    network: ec2.Vpc,
    route_tables: Sequence[pulumi.Output[str]],
    subnets: Sequence[pulumi.Output[str]],
) -> list[pulumi.Resource]:
    """A gateway for S3, which costs nothing, and an interface for each service that the settings name."""
    prefix = f"com.amazonaws.{place.settings.region}"
    made: list[pulumi.Resource] = [
        ec2.VpcEndpoint(
            place.name("s3"),
            vpc_id=network.id,
            service_name=f"{prefix}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=list(route_tables),
            tags={"Name": f"{place.cluster}-s3"},
            opts=place.options(),
        )
    ]
    wanted = place.settings.network.interface_endpoints
    if not wanted:
        return made
    group = ec2.SecurityGroup(
        place.name("endpoints"),
        vpc_id=network.id,
        description="Services of AWS, for those in the network",
        tags={"Name": f"{place.cluster}-endpoints"},
        opts=place.options(),
    )
    rule = vpc.SecurityGroupIngressRule(
        place.name("endpoints"),
        security_group_id=group.id,
        cidr_ipv4=place.settings.network.range,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        opts=place.options(),
    )
    made.append(rule)
    for service in wanted:
        made.append(
            ec2.VpcEndpoint(
                place.name(service.replace(".", "-")),
                vpc_id=network.id,
                service_name=f"{prefix}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=list(subnets),
                security_group_ids=[group.id],
                tags={"Name": f"{place.cluster}-{service}"},
                opts=place.options(),
            )
        )
    return made
