"""The charts that a cluster of EKS needs, for a stack that checks its copies of them first."""

from ... import versions
from .settings import AwsSettings


def pins(settings: AwsSettings) -> tuple[versions.Chart, ...]:
    """The charts in the order of their installation.

    That of load balancers is last: its webhook looks at every new Service, and until its pods are there none
    can be made.
    """
    charts = versions.Charts
    fabric = (charts.AWS_EFA_DEVICE_PLUGIN,) if any(pool.efa for pool in settings.node_pools) else ()
    return (charts.CLUSTER_AUTOSCALER, *fabric, charts.AWS_LOAD_BALANCER_CONTROLLER)
