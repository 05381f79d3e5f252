"""The engine's resource monitor, to which a component's plugin declares resources as a program does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import resource_pb2

from simulator.kubernetes.charts.ordering import Member
from simulator.kubernetes.errors import StoppedError
from simulator.kubernetes.values.wire import SIGNATURE_KEY, encode, seal

__all__ = ["Monitor", "Registered"]

_SERVICE = "/pulumirpc.ResourceMonitor"
# The engine sends large objects whole.
_OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
# How a reference to a resource is marked: Pulumi's sdk/go/common/resource/sig/sig.go.
_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
_PACKAGE = "kubernetes"


@dataclass(frozen=True)
class Registered:
    """A resource that the engine has made, or would make: `identifier` is empty in a preview."""

    urn: str
    identifier: str
    version: str

    @property
    def reference(self) -> struct_pb2.Value:
        """The resource as the value of an output."""
        value = struct_pb2.Value()
        fields = value.struct_value.fields
        fields[SIGNATURE_KEY].string_value = _REFERENCE
        fields["urn"].string_value = self.urn
        fields["id"].string_value = self.identifier
        fields["packageVersion"].string_value = self.version
        return value


class Monitor:
    """A connection to the monitor of one run."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._register: Any = channel.unary_unary(
            f"{_SERVICE}/RegisterResource",
            request_serializer=resource_pb2.RegisterResourceRequest.SerializeToString,
            response_deserializer=resource_pb2.RegisterResourceResponse.FromString,
        )
        self._finish: Any = channel.unary_unary(
            f"{_SERVICE}/RegisterResourceOutputs",
            request_serializer=resource_pb2.RegisterResourceOutputsRequest.SerializeToString,
            response_deserializer=empty_pb2.Empty.FromString,
        )

    @classmethod
    @asynccontextmanager
    async def at(cls, address: str) -> AsyncGenerator[Monitor]:
        """Connect to the monitor at an address; raises StoppedError where the engine ends the run."""
        async with grpc.aio.insecure_channel(address, options=_OPTIONS) as channel:
            try:
                yield cls(channel)
            except grpc.aio.AioRpcError as problem:
                # The engine has told by then which resource failed.
                raise StoppedError(f"the engine ended the run: {problem.details()}") from None

    async def component(self, request: pb.ConstructRequest) -> str:
        """Register the component itself, with the options that a component has, and return its URN."""
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
        return (await self._register(registration)).urn

    async def children(
        self, request: pb.ConstructRequest, parent: str, prefix: str, members: Sequence[Member]
    ) -> list[Registered]:
        """Register the members of a chart, each once those are made that come before it."""
        version = await asyncio.to_thread(_version)
        tasks: list[asyncio.Task[Registered]] = []

        async def register(member: Member) -> Registered:
            before = [await tasks[position] for position in member.after]
            registration = resource_pb2.RegisterResourceRequest(
                type=member.token,
                name=member.name(prefix),
                parent=parent,
                custom=True,
                object=_properties(member),
                dependencies=[each.urn for each in before],
                provider=request.providers.get(_PACKAGE, ""),
                version=version,
                acceptSecrets=True,
                acceptResources=True,
                supportsPartialValues=True,
                supportsResultReporting=True,
                aliasSpecs=True,
            )
            if member.kept:
                registration.retainOnDelete = True
            answer = await self._register(registration)
            return Registered(answer.urn, answer.id, version)

        tasks.extend(asyncio.ensure_future(register(member)) for member in members)
        try:
            return list(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()

    async def finish(self, urn: str, outputs: struct_pb2.Struct) -> None:
        """Tell a component's outputs, once all its children are registered."""
        await self._finish(resource_pb2.RegisterResourceOutputsRequest(urn=urn, outputs=outputs))


def _properties(member: Member) -> struct_pb2.Struct:
    properties = encode(member.value)
    if member.token == "kubernetes:core/v1:Secret":
        for key in ("data", "stringData"):
            if key in properties.fields:
                seal(properties.fields[key])
    return properties


def _version() -> str:
    from importlib import metadata as packages  # noqa: PLC0415  takes 60 ms

    return packages.version("pulumi_kubernetes")
