"""Every kind of cluster that a stack may choose, told apart by `provider`.

The SDK of a cloud is imported when a stack chooses that cloud and not before: they are large, and an optional
extra of the package.
"""

from importlib.util import find_spec
from typing import Annotated

import pulumi
from pydantic import Field

from ..charts import ChartSource
from ..contracts import Cluster
from ..settings_base import SettingsError
from .aws.settings import AwsSettings
from .azure.settings import AzureSettings
from .existing.settings import ExistingSettings
from .gcp.settings import GcpSettings
from .kind.settings import KindSettings
from .reference import Referred
from .simulated import SimulatedArgs, SimulatedCluster, SimulatedSettings

ClusterSettings = Annotated[
    SimulatedSettings | KindSettings | ExistingSettings | AwsSettings | GcpSettings | AzureSettings,
    Field(discriminator="provider"),
]

_SDKS = {"aws": "pulumi_aws", "gcp": "pulumi_gcp", "azure": "pulumi_azure_native"}


def make_cluster(
    settings: ClusterSettings,
    *,
    stack: str,
    kubeconfig: str | None = None,
    referred: Referred | None = None,
    charts: ChartSource | None = None,
    opts: pulumi.ResourceOptions | None = None,
) -> Cluster:
    """Declare the cluster of a stack, and return it as components see it.

    `kubeconfig` and `referred` are for a cluster that is there: what a secret of the stack holds, or what
    the stack that has the cluster says. `charts` says where the charts come from that the cluster itself
    needs. Raises SettingsError where the cluster cannot be had.
    """
    if (sdk := _SDKS.get(settings.provider)) and find_spec(sdk) is None:
        raise SettingsError(
            f"slipway:cluster.provider: found '{settings.provider}', whose SDK is not installed: "
            "run `make clouds`, or install the package with the extra `clouds`"
        )
    match settings:
        case SimulatedSettings():
            return SimulatedCluster("cluster", SimulatedArgs(settings=settings, stack=stack), opts).contract
        case KindSettings():
            from .kind.cluster import KindArgs, KindCluster  # noqa: PLC0415

            return KindCluster("cluster", KindArgs(settings=settings, stack=stack), opts).contract
        case ExistingSettings():
            from .existing.cluster import ExistingArgs, ExistingCluster  # noqa: PLC0415

            there = ExistingArgs(
                settings=settings, stack=stack, kubeconfig=kubeconfig or "", referred=referred
            )
            return ExistingCluster("cluster", there, opts).contract
        case AwsSettings():
            from .aws.cluster import AwsArgs, AwsCluster  # noqa: PLC0415
            from .aws.pins import pins  # noqa: PLC0415

            source = charts or ChartSource()
            source.check(pins(settings))
            return AwsCluster(
                "cluster", AwsArgs(settings=settings, stack=stack, charts=source), opts
            ).contract
        case GcpSettings():
            from .gcp.cluster import GcpArgs, GcpCluster  # noqa: PLC0415

            return GcpCluster("cluster", GcpArgs(settings=settings, stack=stack), opts).contract
        case AzureSettings():
            from .azure.cluster import AzureArgs, AzureCluster  # noqa: PLC0415

            return AzureCluster("cluster", AzureArgs(settings=settings, stack=stack), opts).contract
