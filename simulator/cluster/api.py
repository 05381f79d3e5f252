"""A small client of one simulated cluster's API server."""

import http.client
import json
import ssl
import threading
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from simulator.cluster.errors import ClusterError
from simulator.cluster.layout import Layout, Record

_TIMEOUT = 10.0
_MANAGER = "slipway-cluster"

Object = dict[str, Any]


class ApiError(ClusterError):
    """A request that the API server refused; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """Requests as the cluster's administrator, over one connection."""

    def __init__(self, layout: Layout, record: Record) -> None:
        context = ssl.create_default_context(cafile=str(layout.pki / "ca.crt"))
        context.load_cert_chain(layout.pki / "admin.crt", layout.pki / "admin.key")
        self._connection = http.client.HTTPSConnection(
            "127.0.0.1", record.ports["kube-apiserver"], timeout=_TIMEOUT, context=context
        )
        self._lock = threading.Lock()

    def is_ready(self) -> bool:
        """Tell whether the API server answers and is ready to serve."""
        try:
            return self._send("GET", "/readyz")[0] == http.client.OK
        except (OSError, http.client.HTTPException):
            return False

    def get(self, path: str, **query: str) -> Object:
        """Return the object or list at `path`. Raises ApiError, with status 404 where there is none."""
        return self._call("GET", path, query)

    def exists(self, path: str) -> bool:
        """Tell whether there is an object at `path`."""
        try:
            self.get(path)
        except ApiError as error:
            if error.status == http.client.NOT_FOUND:
                return False
            raise
        return True

    def create(self, path: str, body: Mapping[str, Any]) -> None:
        """Make the object in the collection at `path`; one that is there already stays as it is."""
        try:
            self._call("POST", path, {"fieldManager": _MANAGER}, body)
        except ApiError as error:
            if error.status != http.client.CONFLICT:
                raise

    def preview(self, path: str, body: Mapping[str, Any]) -> Object:
        """Return the object that would be made in the collection at `path`; nothing is made."""
        return self._call("POST", path, {"fieldManager": _MANAGER, "dryRun": "All"}, body)

    def apply(self, path: str, body: Mapping[str, Any]) -> None:
        """Apply `body` to the object at `path` (server-side apply): fields left out since last time go."""
        query = {"fieldManager": _MANAGER, "force": "true"}
        self._call("PATCH", path, query, body, "application/apply-patch+yaml")

    def delete(self, path: str, *, grace_seconds: int | None = None) -> None:
        """Delete the object at `path`, if there is one."""
        body = {} if grace_seconds is None else {"gracePeriodSeconds": grace_seconds}
        try:
            self._call("DELETE", path, {}, body)
        except ApiError as error:
            if error.status != http.client.NOT_FOUND:
                raise

    def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        content_type: str = "application/json",
    ) -> Object:
        target = f"{path}?{urlencode(query)}" if query else path
        try:
            status, text = self._send(method, target, body, content_type)
        except (OSError, http.client.HTTPException) as error:
            message = f"the API server of the simulated cluster does not answer {method} {path}: {error}"
            raise ClusterError(message) from error
        answer = cast("Object", json.loads(text)) if text.startswith(b"{") else {}
        if status >= http.client.BAD_REQUEST:
            message = f"{method} {path}: {answer.get('message') or text.decode(errors='replace')}"
            raise ApiError(status, message)
        return answer

    def _send(
        self,
        method: str,
        target: str,
        body: Mapping[str, Any] | None = None,
        content_type: str = "application/json",
    ) -> tuple[int, bytes]:
        with self._lock:
            try:
                self._connection.request(
                    method,
                    target,
                    body=None if body is None else json.dumps(body),
                    headers={"Accept": "application/json", "Content-Type": content_type},
                )
                response = self._connection.getresponse()
                return response.status, response.read()
            except (OSError, http.client.HTTPException):
                self._connection.close()
                raise
