"""Components that the plugin, not the program, makes: Helm charts, here without what they would render."""

from __future__ import annotations

import grpc.aio
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import resource_pb2

from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.protocol.engine import Engine

__all__ = ["constructed"]

CHART = "kubernetes:helm.sh/v4:Chart"


async def constructed(engine: Engine, request: pb.ConstructRequest) -> pb.ConstructResponse:
    """Register a chart as a component without children; raises RefusedError for any other component."""
    if request.type != CHART:
        message = (
            f"{request.name}: the stand-in plugin does not make {request.type}: declare its objects in the "
            "program, or run with Pulumi's own Kubernetes plugin"
        )
        raise RefusedError(message)
    async with grpc.aio.insecure_channel(request.monitorEndpoint) as channel:
        register = channel.unary_unary(
            "/pulumirpc.ResourceMonitor/RegisterResource",
            request_serializer=resource_pb2.RegisterResourceRequest.SerializeToString,
            response_deserializer=resource_pb2.RegisterResourceResponse.FromString,
        )
        finish = channel.unary_unary(
            "/pulumirpc.ResourceMonitor/RegisterResourceOutputs",
            request_serializer=resource_pb2.RegisterResourceOutputsRequest.SerializeToString,
            response_deserializer=empty_pb2.Empty.FromString,
        )
        registered = await register(_registration(request))
        outputs = struct_pb2.Struct()
        outputs.fields["resources"].list_value.SetInParent()
        await finish(resource_pb2.RegisterResourceOutputsRequest(urn=registered.urn, outputs=outputs))
    engine.status(registered.urn, "a chart, not rendered by the stand-in plugin")
    return pb.ConstructResponse(urn=registered.urn, state=outputs)


def _registration(request: pb.ConstructRequest) -> resource_pb2.RegisterResourceRequest:
    """Return the registration of the component itself, with the options that a component has."""
    registration = resource_pb2.RegisterResourceRequest(
        type=request.type,
        name=request.name,
        parent=request.parent,
        acceptSecrets=True,
        acceptResources=True,
        supportsPartialValues=True,
        supportsResultReporting=True,
        aliasSpecs=True,
        providers=request.providers,
        dependencies=request.dependencies,
        additionalSecretOutputs=request.additionalSecretOutputs,
        ignoreChanges=request.ignoreChanges,
        replaceOnChanges=request.replaceOnChanges,
        deletedWith=request.deletedWith,
    )
    # Typed in a package that the generated types misspell.
    registration.aliases.extend(request.aliases)  # pyright: ignore[reportUnknownMemberType]
    if request.HasField("protect"):
        registration.protect = request.protect
    if request.HasField("retainOnDelete"):
        registration.retainOnDelete = request.retainOnDelete
    return registration
