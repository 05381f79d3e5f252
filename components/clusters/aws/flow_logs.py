"""Connections of the network, as logs in CloudWatch."""

import pulumi
from pulumi_aws import cloudwatch, ec2

from .identity import role
from .place import Place
from .policies import allow, document


def flow_logs(place: Place, network: ec2.Vpc, key_arn: pulumi.Output[str]) -> None:
    """Log what the settings want of connections, for as long as other logs."""
    wanted = place.settings.network.flow_logs
    if wanted == "none":
        return
    group = cloudwatch.LogGroup(
        place.name("flow-logs"),
        name=f"/aws/vpc/{place.cluster}/flow-logs",
        retention_in_days=place.settings.logs.retention_days,
        kms_key_id=key_arn,
        opts=place.options(),
    )
    writer = role(
        place,
        "flow-logs",
        service="vpc-flow-logs",
        inline=document(
            allow(
                (
                    "logs:CreateLogStream",
                    "logs:PutLogEvents",
                    "logs:DescribeLogGroups",
                    "logs:DescribeLogStreams",
                ),
                [group.arn, group.arn.apply(lambda arn: f"{arn}:*")],
            )
        ),
        conditions={
            "StringEquals": {"aws:SourceAccount": place.settings.account},
            "ArnLike": {"aws:SourceArn": place.arn("ec2", "vpc-flow-log/*")},
        },
    )
    ec2.FlowLog(
        place.name("flow-logs"),
        vpc_id=network.id,
        traffic_type="REJECT" if wanted == "rejected" else "ALL",
        log_destination_type="cloud-watch-logs",
        log_destination=group.arn,
        iam_role_arn=writer.arn,
        opts=place.options(depends_on=writer.rights),
    )
