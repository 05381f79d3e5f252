"""What of a stack's settings does not fit together, each as one sentence with its key."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from .contracts import NodePool
from .identity.settings import exposure_problems
from .identity.settings import problems as identity_problems
from .kube.settings import Placement
from .kubeflow.model_registry import problems as model_registry_problems
from .minimal.rules import problems as minimal_problems
from .settings_base import Settings
from .storage.data_problems import problems as problems_of_data
from .teams import problems as team_problems
from .teams.problems import pool_problems as team_pool_problems

if TYPE_CHECKING:
    from .platform_settings import PlatformSettings


def stack_problems(settings: "PlatformSettings") -> list[str]:
    """What does not fit in a stack that has a cluster, a platform, or both."""
    found = [] if settings.refers_to else pool_problems(settings, settings.cluster.contracts())
    found += identity_problems(settings.identity, settings.gateway)
    found += exposure_problems(
        settings.gateway,
        cloud=settings.cluster.provider in ("aws", "gcp", "azure"),
        ranges=bool(settings.addons.istio.gateway.source_ranges),
    )
    found += minimal_problems(
        settings.minimal,
        settings,
        scope=settings.scope,
        cluster=settings.cluster.provider,
        teams=settings.teams,
    )
    if settings.monitoring.monitors and not settings.addons.prometheus.enabled:
        found.append(
            "slipway:monitoring.monitors: found true without Prometheus, whose API types they are; "
            "allowed: false, or addons.prometheus.enabled: true"
        )
    if settings.scope != "cluster":
        found += data_problems(settings, None if settings.refers_to else settings.cluster.provider)
    on = {name for name, is_on in settings.components.enabled().items() if is_on}
    found += team_problems(settings.teams, settings.team_defaults, on=on)
    found += (
        f"slipway:teamDefaults.elsewhere: found '{name}', which is a team of this stack; allowed: others"
        for name in settings.team_defaults.elsewhere
        if name in settings.teams
    )
    if settings.components.model_registry.enabled:
        found += (
            f"slipway:components.modelRegistry.{text}"
            for text in model_registry_problems(
                settings.components.model_registry,
                user_header=settings.identity.user_header,
                user_prefix=settings.identity.user_prefix,
            )
        )
    return found


def data_problems(settings: "PlatformSettings", cluster: str | None) -> list[str]:
    """What of `data` cannot be had on this kind of cluster; None where that is not known yet."""
    return list(
        problems_of_data(
            settings.data,
            cluster=cluster,
            outbound=settings.addons.istio.outbound_traffic,
            store=settings.components.pipelines.enabled,
            root=settings.components.pipelines.runs.default_pipeline_root,
        )
    )


def pool_problems(settings: "PlatformSettings", pools: Sequence[NodePool]) -> list[str]:
    """What the stack asks of node pools that are not there."""
    if settings.scope != "everything":
        return []
    names = [pool.name for pool in pools]
    found = list(
        settings.components.problems(
            pools,
            knative=settings.addons.knative.enabled,
            gateway_api=settings.gateway_api,
            addresses=settings.model_addresses,
        )
    )
    found += team_pool_problems(
        settings.teams, settings.team_defaults, pools, queues=settings.addons.kueue.enabled
    )
    placed = [
        *placements(settings.components, "components"),
        *placements(settings.identity, "identity"),
        *placements(settings.addons, "addons"),
        *(placements(settings.minimal, "minimal") if settings.minimal else ()),
    ]
    for path, placement in placed:
        if placement.node_pool is not None and placement.node_pool not in names:
            found.append(
                f"slipway:{path}.nodePool: found '{placement.node_pool}'; allowed: a node pool of this "
                f"stack ({', '.join(names) or 'it names none'})"
            )
    return found


def placements(settings: Settings, path: str) -> Iterator[tuple[str, Placement]]:
    """Every placement below a model, with its key."""
    for name, field in type(settings).model_fields.items():
        value = cast("object", getattr(settings, name))
        below = f"{path}.{field.alias or name}"
        if isinstance(value, Placement):
            yield below, value
        elif isinstance(value, Settings):
            yield from placements(value, below)
