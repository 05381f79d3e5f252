"""What goes into a request so that the API server lets it in: TLS and headers."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import ssl
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from simulator.kubernetes.access.kubeconfig import Access
from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.values.objects import pluck
from simulator.kubernetes.values.wire import Object

__all__ = ["Credentials"]

# client-go reads token files anew every minute, for kubelets rotate them.
_TOKEN_FILE_SECONDS = 60.0


class Credentials:
    """The credentials of one `Access`, renewed where they expire."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._token = access.token
        self._expires = float("inf") if access.token else 0.0
        self._certificate = (access.certificate, access.key)
        self._lock = asyncio.Lock()

    async def context(self) -> ssl.SSLContext | None:
        """Return the TLS settings, None for a server without TLS. Runs an exec plugin where there is one."""
        access = self._access
        if not access.server.startswith("https"):
            return None
        if access.exec is not None:
            await self._renew()
        context = ssl.create_default_context(cadata=access.authority or None)
        if not access.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if all(self._certificate):
            _load(context, *self._certificate)
        return context

    async def headers(self) -> dict[str, str]:
        """Return the headers that say who asks."""
        if self._access.basic is not None:
            pair = ":".join(self._access.basic)
            return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        await self._renew()
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    async def _renew(self) -> None:
        async with self._lock:
            if time.time() < self._expires:
                return
            if self._access.token_file:
                self._token = Path(self._access.token_file).read_text().strip()
                self._expires = time.time() + _TOKEN_FILE_SECONDS
            elif self._access.exec is not None:
                await self._execute(self._access.exec)
            else:
                self._expires = float("inf")

    async def _execute(self, settings: Object) -> None:
        """Run an exec credential plugin (client.authentication.k8s.io) such as `aws eks get-token`."""
        status = pluck(await _run(settings), "status")
        if not isinstance(status, dict):
            message = f"{settings.get('command')} gave no credential"
            raise RefusedError(message)
        credential = cast("Object", status)
        self._token = str(credential.get("token") or "")
        certificate, key = credential.get("clientCertificateData"), credential.get("clientKeyData")
        if certificate and key:
            self._certificate = (str(certificate), str(key))
        expiry = credential.get("expirationTimestamp")
        self._expires = datetime.fromisoformat(str(expiry)).timestamp() - 10 if expiry else float("inf")


async def _run(settings: Object) -> Object:
    command = str(settings.get("command") or "")
    extra = {
        str(entry["name"]): str(entry["value"]) for entry in cast("list[Any]", settings.get("env") or [])
    }
    info = {
        "apiVersion": settings.get("apiVersion"),
        "kind": "ExecCredential",
        "spec": {"interactive": False},
    }
    try:
        process = await asyncio.create_subprocess_exec(
            command,
            *[str(argument) for argument in cast("list[Any]", settings.get("args") or [])],
            env={**os.environ, **extra, "KUBERNETES_EXEC_INFO": json.dumps(info)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as problem:
        message = f"kubeconfig: {command} cannot be run: {problem.strerror}"
        raise RefusedError(message) from None
    output, errors = await process.communicate()
    if process.returncode:
        message = f"kubeconfig: {command} failed: {errors.decode(errors='replace').strip()[-500:]}"
        raise RefusedError(message)
    try:
        return cast("Object", json.loads(output))
    except ValueError:
        message = f"kubeconfig: {command} did not print an ExecCredential"
        raise RefusedError(message) from None


def _load(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """Load a certificate and its key, through a file that nobody else can read: OpenSSL takes files only."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(certificate.rstrip() + "\n" + key)
        file.flush()
        try:
            context.load_cert_chain(file.name)
        except ssl.SSLError as problem:
            message = f"kubeconfig: the client certificate and its key do not fit: {problem.reason}"
            raise RefusedError(message) from None
