"""The provider protocol: each call that the engine makes, led to what answers it."""

from __future__ import annotations

from typing import Any

import grpc
import grpc.aio
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as pb

from simulator.kubernetes import config as configuration
from simulator.kubernetes.config import Config
from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.operations.session import Session
from simulator.kubernetes.protocol.check import checked
from simulator.kubernetes.protocol.construct import constructed
from simulator.kubernetes.protocol.engine import Engine
from simulator.kubernetes.protocol.failures import answered, telling
from simulator.kubernetes.protocol.refresh import refreshed
from simulator.kubernetes.protocol.resources import created, deleted, differing, updated
from simulator.kubernetes.protocol.server import Plugin
from simulator.kubernetes.protocol.state import Redactor
from simulator.kubernetes.values.wire import decode

__all__ = ["Provider"]

Context = grpc.aio.ServicerContext[Any, Any]

_NO_SCHEMA = (
    "the stand-in for Pulumi's Kubernetes plugin has no schema, from which code would be made; to import an "
    "object use `pulumi import --generate-code=false`"
)


class Provider(Plugin):
    """One provider resource of a program, and the plugin process that serves it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session = Session(Config(obstacle="the provider is not configured"), engine)

    async def close(self) -> None:
        """End what runs in the background."""
        await self._session.close()
        await self._engine.close()

    def cancel(self) -> None:
        """End waits; what has been asked of the API server is let through."""
        self._session.cancelled.set()

    # The plugin. The names of these methods are the protocol's.

    @answered
    async def Handshake(  # noqa: N802
        self, request: pb.ProviderHandshakeRequest, context: Context
    ) -> pb.ProviderHandshakeResponse:
        """Say what the plugin understands."""
        self._engine.attach(request.engine_address)
        return pb.ProviderHandshakeResponse(accept_secrets=True, supports_autonaming_configuration=True)

    @answered
    async def Attach(self, request: plugin_pb2.PluginAttach, context: Context) -> empty_pb2.Empty:  # noqa: N802
        """Serve an engine that did not start this process."""
        self._engine.attach(request.address)
        return empty_pb2.Empty()

    @answered
    async def GetPluginInfo(self, request: empty_pb2.Empty, context: Context) -> plugin_pb2.PluginInfo:  # noqa: N802
        """Give the version whose resources are understood: that of the installed pulumi_kubernetes."""
        from importlib import metadata as packages  # noqa: PLC0415  takes 60 ms, and the port waits for nothing

        return plugin_pb2.PluginInfo(version=packages.version("pulumi_kubernetes"))

    @answered
    async def GetSchema(self, request: pb.GetSchemaRequest, context: Context) -> pb.GetSchemaResponse:  # noqa: N802
        """Say that there is none."""
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, _NO_SCHEMA)
        raise AssertionError

    @answered
    async def GetMapping(self, request: pb.GetMappingRequest, context: Context) -> pb.GetMappingResponse:  # noqa: N802
        """Say that other tools' resources are not mapped."""
        return pb.GetMappingResponse()

    @answered
    async def GetMappings(self, request: pb.GetMappingsRequest, context: Context) -> pb.GetMappingsResponse:  # noqa: N802
        """Say that no other tool's resources are mapped."""
        return pb.GetMappingsResponse()

    @answered
    async def Parameterize(  # noqa: N802
        self, request: pb.ParameterizeRequest, context: Context
    ) -> pb.ParameterizeResponse:
        """Refuse to become the plugin of other types."""
        message = "the stand-in plugin makes no packages of CRDs: use apiextensions.CustomResource"
        raise RefusedError(message)

    @answered
    async def Invoke(self, request: pb.InvokeRequest, context: Context) -> pb.InvokeResponse:  # noqa: N802
        """Refuse to read YAML, Kustomize folders and charts for the program."""
        message = (
            f"the stand-in plugin has no function {request.tok}: this needs Pulumi's own Kubernetes plugin"
        )
        raise RefusedError(message)

    @answered
    async def Cancel(self, request: empty_pb2.Empty, context: Context) -> empty_pb2.Empty:  # noqa: N802
        """End waits, for the user gave up."""
        self.cancel()
        return empty_pb2.Empty()

    # The provider's configuration

    @answered
    async def CheckConfig(self, request: pb.CheckRequest, context: Context) -> pb.CheckResponse:  # noqa: N802
        """Refuse settings that do not exist or cannot be had."""
        failures = [
            pb.CheckFailure(property=failure.key, reason=failure.reason)
            for failure in configuration.check(decode(request.news).value)
        ]
        return pb.CheckResponse(inputs=request.news, failures=failures)

    @answered
    async def DiffConfig(self, request: pb.DiffRequest, context: Context) -> pb.DiffResponse:  # noqa: N802
        """Tell whether new settings mean another cluster."""
        olds, news = decode(request.olds), decode(request.news)
        diffs, replaces = configuration.difference(olds.value, news.value)
        changes = pb.DiffResponse.DIFF_SOME if diffs else pb.DiffResponse.DIFF_NONE
        return pb.DiffResponse(changes=changes, diffs=diffs, replaces=replaces)

    @answered
    async def Configure(self, request: pb.ConfigureRequest, context: Context) -> pb.ConfigureResponse:  # noqa: N802
        """Take the settings. Nothing is asked of the cluster yet."""
        settings = decode(request.args)
        with telling("provider", Redactor(settings)):
            config = Config.read(configuration.variables(settings.value))
        await self._session.close()
        self._session = Session(config, self._engine, self._session.cancelled)
        return pb.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    # Resources

    @answered
    async def Check(self, request: pb.CheckRequest, context: Context) -> pb.CheckResponse:  # noqa: N802
        """Complete a resource's inputs."""
        if self._session.config.skip_update_unreachable and not await self._session.reachable():
            self._engine.warn(request.urn, "left as it is: the cluster cannot be reached")
            return pb.CheckResponse(inputs=request.olds)
        return pb.CheckResponse(inputs=await checked(self._session, request))

    @answered
    async def Diff(self, request: pb.DiffRequest, context: Context) -> pb.DiffResponse:  # noqa: N802
        """Tell what new inputs change."""
        return await differing(self._session, request)

    @answered
    async def Create(self, request: pb.CreateRequest, context: Context) -> pb.CreateResponse:  # noqa: N802
        """Create an object."""
        return await created(self._session, request)

    @answered
    async def Read(self, request: pb.ReadRequest, context: Context) -> pb.ReadResponse:  # noqa: N802
        """Read an object."""
        return await refreshed(self._session, request)

    @answered
    async def Update(self, request: pb.UpdateRequest, context: Context) -> pb.UpdateResponse:  # noqa: N802
        """Update an object."""
        return await updated(self._session, request)

    @answered
    async def Delete(self, request: pb.DeleteRequest, context: Context) -> empty_pb2.Empty:  # noqa: N802
        """Delete an object."""
        await deleted(self._session, request)
        return empty_pb2.Empty()

    @answered
    async def Construct(self, request: pb.ConstructRequest, context: Context) -> pb.ConstructResponse:  # noqa: N802
        """Make a component, with its children."""
        return await constructed(self._session, request)
