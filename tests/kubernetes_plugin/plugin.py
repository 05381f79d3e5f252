"""The plugin's process, driven as Pulumi's engine drives it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from concurrent import futures
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2_grpc, status_pb2
from pulumi.runtime.proto import provider_pb2 as pb

from simulator.kubernetes.values.wire import Decoded, Marks, Object, decode, encode

BIN = Path(__file__).parents[2] / "simulator" / "bin"
PROVIDER_URN = "urn:pulumi:test::project::pulumi:providers:kubernetes::p"


def environment(**extra: str) -> dict[str, str]:
    """An environment with the plugin and the project's Python first on PATH, and little else."""
    path = os.pathsep.join([str(BIN), str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    # Where the project is not the installed one, the plugin has to be this project's too.
    given = {key: os.environ[key] for key in ("PYTHONPATH",) if key in os.environ}
    return {"PATH": path, "HOME": os.environ.get("HOME", "/"), **given, **extra}


class PluginError(Exception):
    """What the plugin answered instead, and the object that it keeps nevertheless."""

    def __init__(self, error: grpc.RpcError) -> None:
        self.code = error.code()
        super().__init__(str(error.details()))
        self.init: pb.ErrorResourceInitFailed | None = None
        for key, value in cast("Iterable[tuple[str, bytes]]", error.trailing_metadata() or ()):
            if key == "grpc-status-details-bin":
                detail = status_pb2.Status.FromString(value).details[0]
                self.init = pb.ErrorResourceInitFailed()
                detail.Unpack(self.init)


class _Engine(engine_pb2_grpc.EngineServicer):
    """Hears what the plugin says."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def Log(self, request: engine_pb2.LogRequest, context: Any) -> empty_pb2.Empty:  # noqa: ANN401, N802
        self.said.append(request.message)
        return empty_pb2.Empty()


class Plugin:
    """One process of the plugin, configured for a cluster."""

    def __init__(self, settings: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> None:
        self._engine = _Engine()
        self._server = grpc.server(futures.ThreadPoolExecutor(2))
        engine_pb2_grpc.add_EngineServicer_to_server(self._engine, self._server)
        address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()
        self.process = subprocess.Popen(
            ["pulumi-resource-kubernetes", address],
            env=environment(**(environ or {})),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        port = int(self.process.stdout.readline())
        self._channel = grpc.insecure_channel(
            f"127.0.0.1:{port}", options=[("grpc.max_receive_message_length", -1)]
        )
        self.stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self.call("Handshake", pb.ProviderHandshakeRequest(engine_address=address))
        self.configure(settings)

    @property
    def said(self) -> list[str]:
        """What the plugin told the engine to show."""
        return self._engine.said

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Check the provider's settings and configure it with them, the kubeconfig as a secret."""
        inputs = encode(dict(settings), {"kubeconfig": True})
        checked = self.call("CheckConfig", pb.CheckRequest(urn=PROVIDER_URN, news=inputs))
        assert not checked.failures, checked.failures
        self.call("Configure", pb.ConfigureRequest(args=inputs, acceptSecrets=True))

    def call(self, method: str, request: Any) -> Any:  # noqa: ANN401  any message
        """Make a call; raises PluginError."""
        try:
            return getattr(self.stub, method)(request, timeout=60)
        except grpc.RpcError as error:
            raise PluginError(error) from None

    def close(self) -> int:
        """End the process as the engine does, and return its exit code."""
        self._channel.close()
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = self.process.wait(timeout=10)
        self._server.stop(None)
        return code

    def resource(self, token: str, name: str = "r") -> Resource:
        """A resource that the program has just declared."""
        return Resource(self, f"urn:pulumi:test::project::{token}::{name}", token)


@dataclass
class Resource:
    """What the engine knows of one resource."""

    plugin: Plugin
    urn: str
    token: str
    id: str = ""
    inputs: struct_pb2.Struct = field(default_factory=struct_pb2.Struct)
    state: struct_pb2.Struct = field(default_factory=struct_pb2.Struct)

    def check(self, inputs: Object, secrets: Marks | None = None) -> struct_pb2.Struct:
        news = encode(inputs, secrets)
        request = pb.CheckRequest(urn=self.urn, olds=self.inputs, news=news, randomSeed=b"seed")
        return self.plugin.call("Check", request).inputs

    def create(
        self, inputs: Object, secrets: Marks | None = None, *, preview: bool = False, seconds: float = 0
    ) -> Object:
        """Check and create; keeps what the engine would keep, also of an object that is not ready."""
        checked = self.check(inputs, secrets)
        request = pb.CreateRequest(urn=self.urn, properties=checked, preview=preview, timeout=seconds)
        try:
            response = self.plugin.call("Create", request)
        except PluginError as error:
            if error.init is not None:
                self._keep(error.init.id, checked, error.init.properties)
            raise
        if preview:
            return decode(response.properties).value
        self._keep(response.id, checked, response.properties)
        return self.outputs

    def diff(
        self, inputs: Object, secrets: Marks | None = None, ignore: list[str] | None = None
    ) -> pb.DiffResponse:
        request = pb.DiffRequest(
            id=self.id,
            urn=self.urn,
            olds=self.state,
            old_inputs=self.inputs,
            news=self.check(inputs, secrets),
            ignoreChanges=ignore or [],
        )
        return self.plugin.call("Diff", request)

    def update(
        self,
        inputs: Object,
        *,
        preview: bool = False,
        seconds: float = 0,
        ignore: list[str] | None = None,
    ) -> Object:
        checked = self.check(inputs)
        request = pb.UpdateRequest(
            id=self.id,
            urn=self.urn,
            olds=self.state,
            old_inputs=self.inputs,
            news=checked,
            preview=preview,
            timeout=seconds,
            ignoreChanges=ignore or [],
        )
        try:
            response = self.plugin.call("Update", request)
        except PluginError as error:
            if error.init is not None:
                # Of an update that failed half-way the engine keeps the old inputs.
                self._keep(self.id, self.inputs, error.init.properties)
            raise
        if preview:
            return decode(response.properties).value
        self._keep(self.id, checked, response.properties)
        return self.outputs

    def read(self) -> pb.ReadResponse:
        """Read as a refresh does, without keeping the result."""
        request = pb.ReadRequest(id=self.id, urn=self.urn, properties=self.state, inputs=self.inputs)
        return self.plugin.call("Read", request)

    def refresh(self) -> bool:
        """Refresh, and tell whether the object is still there."""
        response = self.read()
        if response.id:
            self._keep(response.id, response.inputs, response.properties)
        return bool(response.id)

    def delete(self, seconds: float = 0) -> None:
        request = pb.DeleteRequest(
            id=self.id, urn=self.urn, properties=self.state, old_inputs=self.inputs, timeout=seconds
        )
        self.plugin.call("Delete", request)

    @property
    def outputs(self) -> Object:
        """The outputs, secrets included."""
        return decode(self.state).value

    @property
    def decoded(self) -> Decoded:
        """The outputs, and where secrets are in them."""
        return decode(self.state)

    def _keep(self, identifier: str, inputs: struct_pb2.Struct, state: struct_pb2.Struct) -> None:
        self.id, self.inputs, self.state = identifier, inputs, state
