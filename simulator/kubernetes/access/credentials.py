"""What goes into a request so that the API server lets it in: TLS and headers."""

from __future__ import annotations

import asyncio
import base64
import ssl
import tempfile
import time
from pathlib import Path

from simulator.kubernetes.access.kubeconfig import Access
from simulator.kubernetes.access.login import Login, run
from simulator.kubernetes.errors import RefusedError

__all__ = ["Credentials"]

# client-go reads token files anew every minute, for kubelets rotate them.
_TOKEN_FILE_SECONDS = 60.0
# What cannot log in is not tried again for each of a hundred objects.
_FAILURE_SECONDS = 10.0


class Credentials:
    """The credentials of one `Access`, renewed where they expire.

    `serial` counts how often they were renewed, `generation` the certificates that there were: a connection
    made with an earlier one is worth nothing.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self._token = "" if access.token_file else access.token
        self._expires = 0.0 if access.token_file or access.login else float("inf")
        self._certificate = (access.certificate, access.key)
        self._failure: tuple[float, RefusedError] | None = None
        self._lock = asyncio.Lock()
        self.serial = 0
        self.generation = 0

    async def context(self) -> ssl.SSLContext | None:
        """Return the TLS settings, None for a server without TLS. Runs a login program where there is one."""
        access = self._access
        if not access.server.startswith("https"):
            return None
        await self.renew()
        context = ssl.create_default_context(cadata=access.authority or None)
        if not access.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if all(self._certificate):
            _load(context, *self._certificate)
        return context

    async def headers(self) -> list[tuple[str, str]]:
        """Return the headers that say who asks."""
        headers = list(self._access.impersonate)
        if self._access.basic is not None:
            pair = ":".join(self._access.basic)
            return [*headers, ("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")]
        await self.renew()
        return [*headers, ("Authorization", f"Bearer {self._token}")] if self._token else headers

    @property
    def renewable(self) -> bool:
        """Whether others may be had where the server refuses these."""
        return bool(self._access.login or self._access.token_file)

    def expire(self, serial: int) -> None:
        """Have the credentials with that serial number renewed, for the server refused them."""
        if self.renewable and serial == self.serial:
            self._expires = 0.0

    async def renew(self) -> None:
        """Renew what has expired. Raises RefusedError."""
        async with self._lock:
            if time.time() < self._expires:
                return
            if self._failure and time.monotonic() - self._failure[0] < _FAILURE_SECONDS:
                raise RefusedError(str(self._failure[1]))
            try:
                if self._access.login is not None:
                    await self._log_in(self._access.login)
                else:
                    self._read_file()
            except RefusedError as problem:
                self._failure = (time.monotonic(), problem)
                raise
            self.serial += 1

    def _read_file(self) -> None:
        try:
            self._token = Path(self._access.token_file).read_text().strip()
        except OSError as problem:
            message = f"kubeconfig: tokenFile {self._access.token_file} cannot be read: {problem.strerror}"
            raise RefusedError(message) from None
        self._expires = time.time() + _TOKEN_FILE_SECONDS

    async def _log_in(self, login: Login) -> None:
        credential = await run(login)
        self._token = credential.token
        certificate = (credential.certificate, credential.key)
        if all(certificate) and certificate != self._certificate:
            self._certificate = certificate
            self.generation += 1
        self._expires = credential.expires


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
