"""Pulumi's provider protocol, answered for a cloud: inputs held against its SDK, resources kept in a folder.

What a cloud computes is unknown in a preview, at any depth; a deletion that comes too early is noted.
"""

import asyncio
import hashlib
import os
from importlib import metadata as packages
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as pb

from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.protocol.engine import Engine
from simulator.kubernetes.protocol.failures import answered
from simulator.kubernetes.protocol.server import Plugin
from simulator.kubernetes.values.wire import UNKNOWN, decode, encode
from tests.clouds import answers, asked, changes, cloud
from tests.clouds.account import ROOT, Account
from tests.clouds.answers import Place
from tests.clouds.cloud import Cloud
from tests.clouds.declared import PACKAGES, NoSuchTypeError
from tests.clouds.inputs import wrong_inputs

Context = grpc.aio.ServicerContext[Any, Any]

# Where each provider finds its region, or its project, when its settings do not say.
_AMBIENT = {
    "aws": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "gcp": ("GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"),
}
_NEEDED = {"aws": "region", "gcp": "project"}


class CloudPlugin(Plugin):
    """One provider resource of a program."""

    def __init__(self, engine: Engine, package: str) -> None:
        self._engine = engine
        self._package = package
        self._account = Account(Path(os.environ[ROOT]))
        self._cloud = Cloud(package, self._account, Place(region=""))

    async def close(self) -> None:
        """End the connection to the engine."""
        await self._engine.close()

    def cancel(self) -> None:
        """Nothing here waits for long."""

    # The names of these methods are the protocol's.

    @answered
    async def Handshake(  # noqa: N802
        self, request: pb.ProviderHandshakeRequest, context: Context
    ) -> pb.ProviderHandshakeResponse:
        self._engine.attach(request.engine_address)
        return pb.ProviderHandshakeResponse(accept_secrets=True)

    @answered
    async def Attach(self, request: plugin_pb2.PluginAttach, context: Context) -> empty_pb2.Empty:  # noqa: N802
        self._engine.attach(request.address)
        return empty_pb2.Empty()

    @answered
    async def GetPluginInfo(self, request: empty_pb2.Empty, context: Context) -> plugin_pb2.PluginInfo:  # noqa: N802
        return plugin_pb2.PluginInfo(version=packages.version(PACKAGES[self._package]))

    @answered
    async def GetMapping(self, request: pb.GetMappingRequest, context: Context) -> pb.GetMappingResponse:  # noqa: N802
        return pb.GetMappingResponse()

    @answered
    async def GetMappings(self, request: pb.GetMappingsRequest, context: Context) -> pb.GetMappingsResponse:  # noqa: N802
        return pb.GetMappingsResponse()

    @answered
    async def Cancel(self, request: empty_pb2.Empty, context: Context) -> empty_pb2.Empty:  # noqa: N802
        return empty_pb2.Empty()

    @answered
    async def CheckConfig(self, request: pb.CheckRequest, context: Context) -> pb.CheckResponse:  # noqa: N802
        wrong = wrong_inputs(f"pulumi:providers:{self._package}", decode(request.news).value)
        failures = [pb.CheckFailure(reason=one) for one in wrong]
        return pb.CheckResponse(inputs=request.news, failures=failures)

    @answered
    async def DiffConfig(self, request: pb.DiffRequest, context: Context) -> pb.DiffResponse:  # noqa: N802
        names = changes.changed(decode(request.old_inputs).value, decode(request.news).value)
        return pb.DiffResponse(changes=_some(names), diffs=names)

    @answered
    async def Configure(self, request: pb.ConfigureRequest, context: Context) -> pb.ConfigureResponse:  # noqa: N802
        settings = decode(request.args).value
        if needed := _NEEDED.get(self._package):
            ambient = (os.environ.get(name) for name in _AMBIENT[self._package])
            settings[needed] = settings.get(needed) or next(filter(None, ambient), None)
            if settings[needed] is None:
                raise RefusedError(f"{self._package}: the provider has no {needed}")
        known = {
            key: settings[key]
            for key in ("region", "project")
            if settings.get(key) and settings[key] is not UNKNOWN
        }
        self._cloud = Cloud(self._package, self._account, Place(**{"region": "", **known}))
        return pb.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @answered
    async def Invoke(self, request: pb.InvokeRequest, context: Context) -> pb.InvokeResponse:  # noqa: N802
        given = decode(request.args).value
        try:
            found = asked.answer(request.tok, given, self._cloud.place, self._account)
        except asked.UnansweredError as problem:
            raise RefusedError(str(problem)) from None
        # The field's name is a keyword of Python's.
        answer: Any = {"return": encode(found)}
        return pb.InvokeResponse(**answer)

    @answered
    async def Check(self, request: pb.CheckRequest, context: Context) -> pb.CheckResponse:  # noqa: N802
        token, name = _token(request.urn), request.urn.rpartition("::")[2]
        news = decode(request.news)
        try:
            wrong = wrong_inputs(token, news.value)
        except NoSuchTypeError as problem:
            raise RefusedError(str(problem)) from None
        seed = hashlib.sha256(request.randomSeed or request.urn.encode()).hexdigest()[:7]
        olds = decode(request.olds).value
        names = answers.autonamed(token, name, news.value, seed)
        inputs = struct_pb2.Struct()
        inputs.CopyFrom(request.news)
        for key, value in names.items():
            inputs.fields[key].string_value = str(olds.get(key) or value)
        failures = [pb.CheckFailure(reason=one) for one in wrong]
        return pb.CheckResponse(inputs=inputs, failures=failures)

    @answered
    async def Diff(self, request: pb.DiffRequest, context: Context) -> pb.DiffResponse:  # noqa: N802
        names = changes.changed(decode(request.old_inputs).value, decode(request.news).value)
        replaces = changes.replacing(_token(request.urn), names)
        return pb.DiffResponse(
            changes=_some(names), diffs=names, replaces=replaces, deleteBeforeReplace=bool(replaces)
        )

    @answered
    async def Create(self, request: pb.CreateRequest, context: Context) -> pb.CreateResponse:  # noqa: N802
        token, given = _token(request.urn), decode(request.properties)
        if request.preview:
            foreseen = answers.foreseen(token, given.value, UNKNOWN)
            return pb.CreateResponse(properties=encode(foreseen, given.secrets))
        with_ = (request.urn, token, given.value)
        identifier, outputs = await _done(self._cloud.create, *with_)
        return pb.CreateResponse(id=identifier, properties=encode(outputs, given.secrets))

    @answered
    async def Update(self, request: pb.UpdateRequest, context: Context) -> pb.UpdateResponse:  # noqa: N802
        token, given = _token(request.urn), decode(request.news)
        if request.preview:
            outputs = {**decode(request.olds).value, **given.value}
        else:
            outputs = await _done(self._cloud.update, request.urn, token, request.id, given.value)
        return pb.UpdateResponse(properties=encode(outputs, given.secrets))

    @answered
    async def Read(self, request: pb.ReadRequest, context: Context) -> pb.ReadResponse:  # noqa: N802
        entry = self._cloud.read(_token(request.urn), request.id)
        if entry is None:
            return pb.ReadResponse()
        secrets = decode(request.inputs).secrets
        inputs, outputs = encode(dict(entry.inputs), secrets), encode(dict(entry.outputs), secrets)
        return pb.ReadResponse(id=entry.id, inputs=inputs, properties=outputs)

    @answered
    async def Delete(self, request: pb.DeleteRequest, context: Context) -> empty_pb2.Empty:  # noqa: N802
        await _done(self._cloud.delete, request.urn, _token(request.urn), request.id)
        return empty_pb2.Empty()


async def _done(work: Any, *arguments: object) -> Any:  # noqa: ANN401  whatever the work returns
    try:
        return await asyncio.to_thread(work, *arguments)
    except cloud.RefusedError as problem:
        raise RefusedError(str(problem)) from None


def _token(urn: str) -> str:
    return urn.split("::")[2].rsplit("$", maxsplit=1)[-1]


def _some(names: list[str]) -> pb.DiffResponse.DiffChanges.ValueType:
    return pb.DiffResponse.DIFF_SOME if names else pb.DiffResponse.DIFF_NONE
