"""Serving runtimes as objects: those of KServe and those of the stack, hardened and placed by node pool."""

from collections.abc import Iterator, Mapping, Sequence

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from ....contracts import NodePool
from ....kube.pulling import pulled
from ....kube.scope import Scope
from ....kube.settings import Compute
from ..placement import SECURITY, Spec, placed, resource_of
from ..settings.runtimes import BuiltInRuntime, OwnRuntime, RuntimesSettings
from .built_in import BUILT_IN, Format, Runtime
from .nodes import head, worker

API = "serving.kserve.io/v1alpha1"
APP = "kserve"
SERVER = "serving.kserve.io/server-type"
SHARED_MEMORY = "shm"

_PARALLEL = {"pipelineParallelSize": 1, "tensorParallelSize": 1}


def serving_runtimes(
    scope: Scope, settings: RuntimesSettings, pools: Sequence[NodePool], *, after: pulumi.Resource
) -> tuple[str, ...]:
    """Declare every runtime that is on, and return the images that their pods pull."""
    found: dict[str, None] = {}
    for name, server, spec in specs(settings, pools):
        CustomResource(
            name,
            api_version=API,
            kind="ClusterServingRuntime",
            metadata=scope.cluster_metadata(name, app=APP, annotations={SERVER: server} if server else None),
            spec=spec,
            opts=scope.options(after),
        )
        found.update(dict.fromkeys(one["image"] for one in spec["containers"]))
        found.update(dict.fromkeys(_for_gpus(name, settings)))
    return tuple(found)


def _for_gpus(name: str, settings: RuntimesSettings) -> list[str]:
    """What the controller pulls instead for services that ask for GPUs (UpdateImageTag)."""
    runtime = BUILT_IN.get(name)
    if runtime is None or not runtime.gpu_tag:
        return []
    image = settings.built_in.get(name, BuiltInRuntime()).image or runtime.image
    return [] if "@" in image or image.endswith("-gpu") else [pulled(f"{image}-gpu", by_tag=True)]


def specs(settings: RuntimesSettings, pools: Sequence[NodePool]) -> Iterator[tuple[str, str, Spec]]:
    """Name, server and spec of each runtime."""
    for name, runtime in BUILT_IN.items():
        chosen = settings.built_in.get(name, BuiltInRuntime())
        if chosen.enabled:
            yield name, runtime.server, _built_in(name, runtime, chosen, settings, pools)
    for own in settings.own:
        base = BUILT_IN.get(own.base or "")
        yield own.name, base.server if base else "", _own(own, base, pools)


def _built_in(
    name: str,
    runtime: Runtime,
    chosen: BuiltInRuntime,
    settings: RuntimesSettings,
    pools: Sequence[NodePool],
) -> Spec:
    container: Spec = {
        **_server(runtime, chosen.image or runtime.image, runtime.args, runtime.environment, runtime.user),
        "resources": _resources(
            compute(chosen.requests, runtime.requests), compute(chosen.limits, runtime.limits)
        ),
    }
    shared = settings.gpu_node_pool if name in settings.gpu_runtimes else None
    place = placed(pools, chosen.node_pool or shared)
    spec = _spec(runtime.formats, runtime.protocols, runtime.metrics, container)
    pod: Spec = {**_shared_memory(runtime), **place}
    if runtime.workers:
        spec["containers"] = [{**container, **head()}]
        base = {key: value for key, value in container.items() if key not in ("args", "env")}
        spec["workerSpec"] = {**_PARALLEL, "containers": [{**base, **worker()}], **pod}
    return {**spec, **pod}


def _own(own: OwnRuntime, base: Runtime | None, pools: Sequence[NodePool]) -> Spec:
    runtime = base or Runtime(image="", server="", formats=(), metrics=own.port)
    devices = {resource_of(pools, own.node_pool): own.accelerators} if own.accelerators else {}
    image = own.image or runtime.image
    if devices and own.image is None and runtime.gpu_tag:
        # The controller does so by itself for the runtimes of these names alone.
        image = f"{image}-gpu"
    container: Spec = {
        **_server(
            runtime,
            image,
            [*runtime.args, *own.args],
            {**runtime.environment, **own.environment},
            own.user or runtime.user,
        ),
        "resources": _resources(own.requests, own.limits, {str(key): one for key, one in devices.items()}),
    }
    if own.command:
        container["command"] = list(own.command)
    if base is None:
        container["ports"] = [{"containerPort": own.port, "protocol": "TCP"}]
    # A copy of a runtime is chosen by its name alone: two that select themselves alike are refused.
    inherited = [Format(name=one.name, version=one.version, auto=False) for one in runtime.formats]
    given = [
        Format(name=one.name, version=one.version, priority=one.priority, auto=one.auto_select)
        for one in own.model_formats
    ]
    protocols = runtime.protocols if base else own.protocols
    spec = _spec(given or inherited, protocols, runtime.metrics, container)
    return {**spec, **_shared_memory(runtime), **placed(pools, own.node_pool)}


def _server(
    runtime: Runtime, image: str, args: Sequence[str], environment: Mapping[str, str], user: int | None
) -> Spec:
    security = dict(SECURITY)
    if user is not None:
        security["runAsUser"] = user
    result: Spec = {
        "name": "kserve-container",
        # By its tag: the controller changes it, for GPUs and where a service names a version.
        "image": pulled(image, by_tag=True),
        "securityContext": security,
    }
    if runtime.command:
        result["command"] = list(runtime.command)
    if args:
        result["args"] = list(args)
    if environment:
        result["env"] = [{"name": name, "value": value} for name, value in environment.items()]
    if runtime.shared_memory is not None:
        result["volumeMounts"] = [{"name": SHARED_MEMORY, "mountPath": "/dev/shm"}]
    return result


def _spec(formats: Sequence[Format], protocols: Sequence[str], metrics: int, container: Spec) -> Spec:
    return {
        "annotations": {"prometheus.kserve.io/port": str(metrics), "prometheus.kserve.io/path": "/metrics"},
        "supportedModelFormats": [_format(one) for one in formats],
        "protocolVersions": list(protocols),
        "containers": [container],
    }


def _format(given: Format) -> Spec:
    result: Spec = {"name": given.name, "autoSelect": given.auto}
    if given.version is not None:
        result["version"] = given.version
    if given.priority is not None:
        result["priority"] = given.priority
    return result


def _shared_memory(runtime: Runtime) -> Spec:
    if runtime.shared_memory is None:
        return {}
    source = {"medium": "Memory", **({"sizeLimit": runtime.shared_memory} if runtime.shared_memory else {})}
    return {"volumes": [{"name": SHARED_MEMORY, "emptyDir": source}]}


def compute(chosen: Compute | None, default: Compute) -> Compute:
    """The default with what was chosen instead."""
    if chosen is None:
        return default
    return Compute(cpu=chosen.cpu or default.cpu, memory=chosen.memory or default.memory)


def _resources(requests: Compute, limits: Compute, devices: Mapping[str, int] | None = None) -> Spec:
    counted = {name: str(count) for name, count in (devices or {}).items()}
    return {
        "requests": {**_compute(requests), **counted},
        "limits": {**_compute(limits), **counted},
    }


def _compute(compute: Compute) -> dict[str, str]:
    pairs = {"cpu": compute.cpu, "memory": compute.memory}
    return {name: value for name, value in pairs.items() if value is not None}
