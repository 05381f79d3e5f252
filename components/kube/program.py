"""One container of a workload, with the hardening that all of them share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pulumi
from pulumi_kubernetes.core.v1 import (
    ContainerArgsDict,
    ContainerPortArgsDict,
    EnvFromSourceArgsDict,
    EnvVarArgsDict,
    EnvVarSourceArgsDict,
    HTTPGetActionArgsDict,
    ProbeArgsDict,
    ResourceRequirementsArgsDict,
    SecurityContextArgsDict,
    VolumeMountArgsDict,
)

from ..contracts import Request
from .pulling import pulled
from .quantity import mebibytes, millicores
from .running import current
from .settings import Compute, ProgramSettings

Environment = Mapping[str, "pulumi.Input[str] | EnvVarSourceArgsDict"]


@dataclass(frozen=True, kw_only=True)
class Mount:
    """One path of the container that shows a volume, or one entry of it (`sub_path`)."""

    path: str
    volume: str
    sub_path: str | None = None
    read_only: bool = True


@dataclass(frozen=True, kw_only=True)
class Program:
    """A container: what is its own. Security and requests come from `container`.

    Attributes:
        image: the pinned image; `settings.image` replaces it.
        environment: a plain value, or where the value comes from (core/v1 EnvVarSource).
        environment_from: names of ConfigMaps whose keys become variables.
        ports: port number by port name.
        user: numeric user to run as; None where the image itself names a non-root user.
        read_only_root: whether the root file system is mounted read-only.
    """

    name: str
    image: str
    settings: ProgramSettings
    command: Sequence[pulumi.Input[str]] = ()
    args: Sequence[pulumi.Input[str]] = ()
    environment: Environment = field(default_factory=dict[str, "pulumi.Input[str] | EnvVarSourceArgsDict"])
    environment_from: Sequence[pulumi.Input[str]] = ()
    ports: Mapping[str, int] = field(default_factory=dict[str, int])
    live: ProbeArgsDict | None = None
    ready: ProbeArgsDict | None = None
    startup: ProbeArgsDict | None = None
    mounts: Sequence[Mount] = ()
    user: int | None = None
    group: int | None = None
    read_only_root: bool = False
    working_directory: str | None = None

    @property
    def chosen_image(self) -> str:
        """The name by which the image is pulled."""
        return pulled(self.settings.image or self.image)


def http_probe(
    path: str,
    port: int | str,
    *,
    delay: int = 0,
    period: int = 10,
    timeout: int = 1,
    failures: int = 3,
    scheme: Literal["HTTP", "HTTPS"] = "HTTP",
) -> ProbeArgsDict:
    """An HTTP probe; times in seconds."""
    asked: HTTPGetActionArgsDict = {"path": path, "port": port}
    if scheme != "HTTP":
        asked["scheme"] = scheme
    return {"http_get": asked, **_times(delay, period, timeout, failures)}


def tcp_probe(port: int | str, *, delay: int = 0, period: int = 10, failures: int = 3) -> ProbeArgsDict:
    """A probe that only connects; times in seconds."""
    return {"tcp_socket": {"port": port}, **_times(delay, period, 1, failures)}


def grpc_probe(port: int, *, delay: int = 0, period: int = 10, failures: int = 3) -> ProbeArgsDict:
    """A probe that asks the program's gRPC health service (grpc.health.v1); times in seconds."""
    return {"grpc": {"port": port}, **_times(delay, period, 1, failures)}


def command_probe(
    *command: str, delay: int = 0, period: int = 10, timeout: int = 1, failures: int = 3
) -> ProbeArgsDict:
    """A probe that runs a program of the container; times in seconds."""
    return {"exec_": {"command": list(command)}, **_times(delay, period, timeout, failures)}


def _times(delay: int, period: int, timeout: int, failures: int) -> ProbeArgsDict:
    """What differs from the defaults of core/v1 Probe: a state holds each field of every pod twice."""
    result: ProbeArgsDict = {}
    if delay != 0:
        result["initial_delay_seconds"] = delay
    if period != 10:
        result["period_seconds"] = period
    if timeout != 1:
        result["timeout_seconds"] = timeout
    if failures != 3:
        result["failure_threshold"] = failures
    return result


def config_key(config_map: pulumi.Input[str], key: str) -> EnvVarSourceArgsDict:
    """The value of one key of a ConfigMap."""
    return {"config_map_key_ref": {"name": config_map, "key": key}}


def secret_key(secret: pulumi.Input[str], key: str) -> EnvVarSourceArgsDict:
    """The value of one key of a Secret."""
    return {"secret_key_ref": {"name": secret, "key": key}}


def pod_field(path: str) -> EnvVarSourceArgsDict:
    """A field of the pod itself, by the downward API."""
    return {"field_ref": {"field_path": path}}


def container(program: Program) -> ContainerArgsDict:
    """The container as Kubernetes wants it, hardened."""
    result: ContainerArgsDict = {
        "name": program.name,
        "image": program.chosen_image,
        "image_pull_policy": "IfNotPresent",
        "resources": _resources(program.settings),
        "security_context": _security(program),
    }
    if program.command:
        result["command"] = list(program.command)
    if program.args:
        result["args"] = list(program.args)
    if environment := {**current().environment, **program.environment}:
        result["env"] = [_variable(name, value) for name, value in environment.items()]
    if program.environment_from:
        sources: list[EnvFromSourceArgsDict] = [
            {"config_map_ref": {"name": name}} for name in program.environment_from
        ]
        result["env_from"] = sources
    if program.ports:
        ports: list[ContainerPortArgsDict] = [
            {"name": name, "container_port": number, "protocol": "TCP"}
            for name, number in program.ports.items()
        ]
        result["ports"] = ports
    if program.live:
        result["liveness_probe"] = program.live
    if program.ready:
        result["readiness_probe"] = program.ready
    if program.startup:
        result["startup_probe"] = program.startup
    if program.mounts:
        result["volume_mounts"] = [_mount(mount) for mount in program.mounts]
    if program.working_directory:
        result["working_dir"] = program.working_directory
    return result


def request(program: Program) -> Request:
    """What one replica of the container reserves."""
    asked = program.settings.requests
    return Request(
        cpu=millicores(asked.cpu) if asked.cpu else 0,
        memory=mebibytes(asked.memory) if asked.memory else 0,
    )


def _security(program: Program) -> SecurityContextArgsDict:
    result: SecurityContextArgsDict = {
        "allow_privilege_escalation": False,
        "capabilities": {"drop": ["ALL"]},
        "run_as_non_root": True,
        "read_only_root_filesystem": program.read_only_root,
        "seccomp_profile": {"type": "RuntimeDefault"},
    }
    if program.user is not None:
        result["run_as_user"] = program.user
    if program.group is not None:
        result["run_as_group"] = program.group
    return result


def _variable(name: str, value: "pulumi.Input[str] | EnvVarSourceArgsDict") -> EnvVarArgsDict:
    if isinstance(value, dict):
        return {"name": name, "value_from": value}
    return {"name": name, "value": value}


def _mount(mount: Mount) -> VolumeMountArgsDict:
    result: VolumeMountArgsDict = {
        "name": mount.volume,
        "mount_path": mount.path,
        "read_only": mount.read_only,
    }
    if mount.sub_path is not None:
        result["sub_path"] = mount.sub_path
    return result


def _resources(settings: ProgramSettings) -> ResourceRequirementsArgsDict:
    result: ResourceRequirementsArgsDict = {"requests": _compute(settings.requests)}
    limits = _compute(settings.limits)
    if limits:
        result["limits"] = limits
    return result


def _compute(compute: Compute) -> dict[str, pulumi.Input[str]]:
    pairs = {"cpu": compute.cpu, "memory": compute.memory}
    return {name: value for name, value in pairs.items() if value is not None}
