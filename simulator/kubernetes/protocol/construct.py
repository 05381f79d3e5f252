"""Components that the plugin, not the program, makes: Helm charts, whose objects become their children.

Names, types and order are those of Pulumi's own plugin (pulumi-kubernetes 4.34), so that a program sees the
same resources: `<chart>:<namespace>/<name>`.
"""

from __future__ import annotations

import os

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2 as pb

from simulator.kubernetes.charts import UNRENDERED
from simulator.kubernetes.charts.arguments import ChartArguments
from simulator.kubernetes.errors import RefusedError, UnreachableError
from simulator.kubernetes.operations.session import Session
from simulator.kubernetes.protocol.failures import telling
from simulator.kubernetes.protocol.monitor import Monitor, Registered
from simulator.kubernetes.protocol.state import Redactor
from simulator.kubernetes.values.wire import decode

__all__ = ["constructed"]

CHART = "kubernetes:helm.sh/v4:Chart"

_UNKNOWN = "what this chart is made of is not known yet, so that its objects are not shown"
_HOOKS = "includeHooks has no effect: hooks of a chart are never run"


async def constructed(session: Session, request: pb.ConstructRequest) -> pb.ConstructResponse:
    """Register a chart and the objects that it renders; raises RefusedError for any other component."""
    if request.type != CHART:
        message = (
            f"{request.name}: the stand-in plugin does not make {request.type}: declare its objects in the "
            "program, or run with Pulumi's own Kubernetes plugin"
        )
        raise RefusedError(message)
    arguments = ChartArguments.read(request.name, request.inputs)
    async with Monitor.at(request.monitorEndpoint) as monitor:
        urn = await monitor.component(request)
        children: list[Registered] = []
        if not os.environ.get(UNRENDERED):
            if arguments is None:
                session.engine.warn(urn, _UNKNOWN)
            else:
                with telling(f"chart {request.name}", Redactor(decode(request.inputs))):
                    children = await _children(session, monitor, request, urn, arguments)
        outputs = struct_pb2.Struct()
        listed = outputs.fields["resources"].list_value
        listed.SetInParent()
        listed.values.extend(child.reference for child in children)
        await monitor.finish(urn, outputs)
    return pb.ConstructResponse(urn=urn, state=outputs)


async def _children(
    session: Session,
    monitor: Monitor,
    request: pb.ConstructRequest,
    urn: str,
    arguments: ChartArguments,
) -> list[Registered]:
    # A run without charts goes without these imports.
    from simulator.kubernetes.charts.ordering import members  # noqa: PLC0415
    from simulator.kubernetes.charts.rendering import render  # noqa: PLC0415

    if not await session.reachable():
        raise UnreachableError(session.config.obstacle or "it does not answer")
    if arguments.include_hooks:
        session.engine.warn(urn, _HOOKS)
    version, served = await session.api.capabilities()
    tell = session.engine.teller(urn)
    objects = await session.unless_cancelled(render(arguments, version, served, tell))
    found = await members(
        objects,
        arguments.namespace or session.config.namespace,
        session.mapper.namespaced,
        skip_await=arguments.skip_await,
    )
    return await monitor.children(request, urn, arguments.prefix, found)
