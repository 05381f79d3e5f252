"""How the programs of a stack run, by its settings."""

import pulumi
from pulumi_kubernetes.scheduling.v1 import PriorityClass

from ..kube.running import Running
from ..kube.scope import COMPONENT_LABEL, MANAGED_BY
from ..platform_settings import PlatformSettings

PRIORITY_CLASS = "slipway-platform"


def how_programs_run(settings: PlatformSettings, opts: pulumi.ResourceOptions) -> Running:
    """Return it, with the class of priority declared where the stack wants one."""
    availability, domain = settings.availability, settings.gateway.cluster_domain
    return Running(
        disruption_budgets=availability.disruption_budgets,
        spread=availability.spread,
        priority_class=_priority_class(availability.priority, opts),
        architecture=settings.architecture,
        environment=settings.proxy.environment(domain) if settings.proxy else {},
    )


def _priority_class(value: int | None, opts: pulumi.ResourceOptions) -> pulumi.Output[str] | None:
    if value is None:
        return None
    labels = {"app.kubernetes.io/managed-by": MANAGED_BY, COMPONENT_LABEL: "base"}
    return PriorityClass(
        PRIORITY_CLASS,
        metadata={"name": PRIORITY_CLASS, "labels": labels},
        value=value,
        description="Programs of the platform, before those of people.",
        opts=opts,
    ).metadata.name
