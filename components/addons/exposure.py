"""Where a cloud's load balancer stands before the gateway: inside of its network, or in the internet."""

from collections.abc import Mapping
from typing import Literal

from ..contracts import AwsCloud, AzureCloud, GcpCloud

Exposure = Literal["internal", "public"]

# AWS Load Balancer Controller 3.5, docs/guide/service/annotations.md. Pods are asked directly, and see whose
# request it is.
_AWS = "service.beta.kubernetes.io/aws-load-balancer"
_AWS_KEPT: Mapping[str, str] = {
    f"{_AWS}-type": "external",
    f"{_AWS}-nlb-target-type": "ip",
    f"{_AWS}-target-group-attributes": "preserve_client_ip.enabled=true",
}
# GKE, LoadBalancer Service parameters; cloud-provider-azure, docs/topics/loadbalancer.md. Without them both
# make one with a public address.
_GCP = "networking.gke.io/load-balancer-type"
_AZURE = "service.beta.kubernetes.io/azure-load-balancer-internal"


def load_balancer_annotations(
    cloud: AwsCloud | GcpCloud | AzureCloud | None, exposure: Exposure
) -> Mapping[str, str]:
    """What the Service before the gateway tells the cloud; nothing where there is none to tell."""
    internal = exposure == "internal"
    match cloud:
        case AwsCloud():
            return {**_AWS_KEPT, f"{_AWS}-scheme": "internal" if internal else "internet-facing"}
        case GcpCloud():
            return {_GCP: "Internal"} if internal else {}
        case AzureCloud():
            return {_AZURE: str(internal).lower()}
        case None:
            return {}
