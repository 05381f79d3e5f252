"""What serving asks for and a stack does not have: node pools, devices, Knative, the Gateway API.

Also what its own webhook would refuse only once the cluster is there: two runtimes that select themselves
for one model format alike.
"""

from collections.abc import Iterator, Sequence

from ...contracts import NodePool
from ...kube.quantity import parse_quantity
from .addresses import EXAMPLE, ModelAddresses, obstacles, uses_gateway_api
from .placement import Spec
from .runtimes.objects import specs
from .settings.runtimes import RuntimesSettings
from .settings.serving import ServingSettings


def problems(
    settings: ServingSettings,
    pools: Sequence[NodePool],
    *,
    knative: bool = False,
    gateway_api: bool = False,
    addresses: ModelAddresses = EXAMPLE,
) -> tuple[str, ...]:
    """Each as one sentence, with its key as below `serving`; `gateway_api`: whether its types are there."""
    found = [
        *_add_ons(settings, knative=knative, gateway_api=gateway_api),
        *_routes(settings, addresses, knative=knative, gateway_api=gateway_api),
        *_pools(settings, pools),
        *_devices(settings.runtimes, pools),
    ]
    if not found:
        found = [*_sizes(settings.runtimes, pools), *_rivals(settings.runtimes, pools)]
    return tuple(found)


def _add_ons(settings: ServingSettings, *, knative: bool, gateway_api: bool) -> Iterator[str]:
    if settings.deployment.mode == "Knative" and not knative:
        yield (
            "deployment.mode: found 'Knative', which needs Knative Serving, and this stack does not install "
            "it; allowed: 'Standard'"
        )
    if settings.routing.gateway_api.enabled and not gateway_api:
        yield (
            "routing.gatewayApi.enabled: found true, which needs the types of gateway.networking.k8s.io/v1, "
            "and this stack does not install them; allowed: false"
        )


def _routes(
    settings: ServingSettings, addresses: ModelAddresses, *, knative: bool, gateway_api: bool
) -> Iterator[str]:
    given = settings.routing
    if given.gateway_api.enabled and gateway_api:
        for found, allowed in obstacles(settings, addresses, knative=knative):
            yield f"routing.gatewayApi.enabled: found true with {found}; allowed: {allowed}"
    used = uses_gateway_api(settings, addresses, knative=knative, available=gateway_api)
    if given.by == "path" and settings.deployment.mode != "Knative" and not used:
        reasons = [found for found, _ in obstacles(settings, addresses, knative=knative)]
        yield (
            "routing.by: found 'path', which needs routes of the Gateway API"
            + (f", and there is {'; '.join(reasons)}" if reasons else "")
            + "; allowed: 'host'"
        )


def _pools(settings: ServingSettings, pools: Sequence[NodePool]) -> Iterator[str]:
    names = [pool.name for pool in pools]
    runtimes = settings.runtimes
    named = {
        "runtimes.gpuNodePool": runtimes.gpu_node_pool,
        **{f"runtimes.builtIn.{name}.nodePool": one.node_pool for name, one in runtimes.built_in.items()},
        **{f"runtimes.own.{one.name}.nodePool": one.node_pool for one in runtimes.own},
        **{
            f"localModels.nodeGroups.{one.name}.nodePool": one.node_pool
            for one in settings.local_models.node_groups
        },
    }
    for key, name in named.items():
        if name is not None and name not in names:
            yield f"{key}: found '{name}'; allowed: a node pool of this stack ({', '.join(names)})"
    for pool in pools:
        if pool.name in {one.node_pool for one in settings.local_models.node_groups} and not pool.labels:
            yield f"localModels.nodeGroups: node pool '{pool.name}' has no labels to find its nodes by"


def _devices(settings: RuntimesSettings, pools: Sequence[NodePool]) -> Iterator[str]:
    counts = {pool.name: pool.accelerator.units if pool.accelerator else 0 for pool in pools}
    if settings.gpu_node_pool and counts.get(settings.gpu_node_pool) == 0:
        with_devices = ", ".join(name for name, count in counts.items() if count) or "there is none"
        yield (
            f"runtimes.gpuNodePool: found '{settings.gpu_node_pool}', whose nodes have no accelerators; "
            f"allowed: a node pool with some ({with_devices})"
        )
    for own in settings.own:
        most = counts.get(own.node_pool or "")
        if most is not None and own.accelerators > most:
            yield (
                f"runtimes.own.{own.name}.accelerators: found {own.accelerators}; allowed: at most {most}, "
                f"which a node of '{own.node_pool}' has"
            )


def _sizes(settings: RuntimesSettings, pools: Sequence[NodePool]) -> Iterator[str]:
    for name, _, spec in specs(settings, pools):
        resources = spec["containers"][0]["resources"]
        for key in ("cpu", "memory"):
            asked, most = resources["requests"].get(key), resources["limits"].get(key)
            if asked and most and parse_quantity(asked) > parse_quantity(most):
                yield f"runtimes: '{name}' asks for {asked} of {key} and may use {most}; allowed: no more"


def _rivals(settings: RuntimesSettings, pools: Sequence[NodePool]) -> Iterator[str]:
    """Source: validateServingRuntimePriority in kserve v0.18.0, pkg/webhook/admission/servingruntime."""
    taken: dict[tuple[str, str | None, int, str], str] = {}
    told: set[tuple[str, str, str]] = set()
    for name, _, spec in specs(settings, pools):
        for key in _selections(spec):
            other = taken.setdefault(key, name)
            model, version, priority, _ = key
            if other != name and (other, name, model) not in told:
                told.add((other, name, model))
                yield (
                    f"runtimes: '{other}' and '{name}' both select themselves for {model} "
                    f"{version or 'of any version'} with priority {priority}; allowed: different priorities"
                )


def _selections(spec: Spec) -> Iterator[tuple[str, str | None, int, str]]:
    """Model format, version, priority and protocol for which a runtime selects itself."""
    for one in spec["supportedModelFormats"]:
        if one["autoSelect"] and "priority" in one:
            for protocol in spec["protocolVersions"]:
                yield one["name"].lower(), one.get("version"), one["priority"], protocol
