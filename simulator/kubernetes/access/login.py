"""Exec credential plugins (client.authentication.k8s.io): a program that logs in to a cluster.

`aws eks get-token`, `gke-gcloud-auth-plugin` and `kubelogin` are such. The rules are those of client-go 0.36
(plugin/pkg/client/auth/exec, tools/clientcmd/validation.go), with two more: a program has two minutes, and
neither what it prints nor its arguments are repeated in a message, for both may hold credentials.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.values.objects import pluck
from simulator.kubernetes.values.wire import Object

__all__ = ["Credential", "Login", "parse", "run"]

_GROUP = "client.authentication.k8s.io"
_VERSIONS = (f"{_GROUP}/v1", f"{_GROUP}/v1beta1")
_MODES = ("Never", "IfAvailable", "Always")
_SECONDS = 120.0
# What is handed on of a cluster's entry, beside its certificate.
_TOLD = ("server", "tls-server-name", "insecure-skip-tls-verify", "proxy-url", "disable-compression")
# The name of the extension of a cluster's entry that is handed to the program as `config`.
_EXTENSION = f"{_GROUP}/exec"


@dataclass(frozen=True)
class Login:
    """A program to log in with. `info` is what it is told, an ExecCredential without a status."""

    command: str
    version: str
    arguments: tuple[str, ...] = field(default=(), repr=False)
    environment: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    hint: str = ""
    info: Object = field(default_factory=dict[str, Any], repr=False)

    def __str__(self) -> str:
        """Name the program in a message."""
        return f"kubeconfig: `{self.command}`, which is to log in to the cluster,"


@dataclass(frozen=True)
class Credential:
    """What a program gave: a token, a certificate with its key (PEM), or both; `expires` in Unix seconds."""

    token: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    expires: float = float("inf")


def parse(given: object, cluster: Object, authority: str) -> Login:
    """Read the `exec` of a user in a kubeconfig; raises RefusedError for what client-go would not run.

    `cluster` is the entry of the cluster in use, `authority` its certificate as PEM.
    """
    settings = cast("Object", given) if isinstance(given, dict) else {}
    command, version = str(settings.get("command") or ""), str(settings.get("apiVersion") or "")
    if not command:
        raise RefusedError("kubeconfig: exec has no command")
    if version not in _VERSIONS:
        message = f"kubeconfig: exec of {command}: apiVersion is {version!r}; allowed: {', '.join(_VERSIONS)}"
        raise RefusedError(message)
    mode = settings.get("interactiveMode") or ("" if version == _VERSIONS[0] else "IfAvailable")
    if mode not in _MODES:
        message = f"kubeconfig: exec of {command}: interactiveMode is {mode!r}; allowed: {', '.join(_MODES)}"
        raise RefusedError(message)
    if mode == "Always":
        message = f"kubeconfig: exec of {command}: interactiveMode is Always, and there is no terminal here"
        raise RefusedError(message)
    spec: Object = {"interactive": False}
    if settings.get("provideClusterInfo"):
        spec["cluster"] = _told(cluster, authority)
    entries = cast("list[Object]", settings.get("env") or [])
    return Login(
        command=command,
        version=version,
        arguments=tuple(str(one) for one in cast("list[Any]", settings.get("args") or [])),
        environment={str(one.get("name")): str(one.get("value") or "") for one in entries},
        hint=str(settings.get("installHint") or "").strip(),
        info={"apiVersion": version, "kind": "ExecCredential", "spec": spec},
    )


def _told(cluster: Object, authority: str) -> Object:
    told = {key: cluster[key] for key in _TOLD if cluster.get(key)}
    if authority:
        told["certificate-authority-data"] = base64.b64encode(authority.encode()).decode()
    for one in cast("list[Object]", cluster.get("extensions") or []):
        if one.get("name") == _EXTENSION:
            told["config"] = one.get("extension")
    return told


async def run(login: Login) -> Credential:
    """Run the program and read what it gives; raises RefusedError, which names the program and no more."""
    output = await _output(login)
    try:
        found = json.loads(output)
    except ValueError:
        found = None
    if not isinstance(found, dict) or cast("Object", found).get("kind") != "ExecCredential":
        raise RefusedError(f"{login} did not print an ExecCredential")
    answer = cast("Object", found)
    if answer.get("apiVersion") != login.version:
        given = answer.get("apiVersion")
        raise RefusedError(f"{login} answers in version {given!r}, and is configured for {login.version!r}")
    if not isinstance(answer.get("status"), dict):
        raise RefusedError(f"{login} gave no credential: its answer has no status")
    return _credential(login, answer)


def _credential(login: Login, answer: Object) -> Credential:
    def text(key: str) -> str:
        return str(pluck(answer, "status", key) or "")

    token, certificate, key = text("token"), text("clientCertificateData"), text("clientKeyData")
    if not (token or certificate or key):
        raise RefusedError(f"{login} gave neither a token nor a certificate with its key")
    if bool(certificate) != bool(key):
        raise RefusedError(f"{login} gave a certificate or a key, and not both")
    expires = float("inf")
    if expiry := text("expirationTimestamp"):
        try:
            expires = datetime.fromisoformat(expiry).timestamp()
        except ValueError:
            raise RefusedError(f"{login} gave an expirationTimestamp that is no date") from None
    return Credential(token, certificate, key, expires)


async def _output(login: Login) -> bytes:
    try:
        process = await asyncio.create_subprocess_exec(
            login.command,
            *login.arguments,
            env={**os.environ, **login.environment, "KUBERNETES_EXEC_INFO": json.dumps(login.info)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as problem:
        missing = isinstance(problem, FileNotFoundError)
        reason = "is not installed" if missing else f"cannot be run: {problem.strerror}"
        raise RefusedError(f"{login} {reason}{_hint(login)}") from None
    try:
        output, _ = await asyncio.wait_for(process.communicate(), _SECONDS)
    except BaseException as problem:
        # Also where the operation is cancelled: it must not outlive who asked.
        if process.returncode is None:
            process.kill()
        if isinstance(problem, TimeoutError):
            raise RefusedError(f"{login} gave no answer within {_SECONDS:.0f} s") from None
        raise
    if process.returncode:
        raise RefusedError(
            f"{login} failed with exit status {process.returncode}: run it in a terminal, as the kubeconfig "
            "has it, to see why"
        )
    return output


def _hint(login: Login) -> str:
    return f". {login.hint}" if login.hint else ": install it, or put it on PATH"
