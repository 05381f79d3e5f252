"""The folders of PersistentVolumes: each is there while its volume is."""

from __future__ import annotations

import http.client
import json
import shutil
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from simulator.node.layout import NodeLayout, Settings

_PATH = "/api/v1/persistentvolumes"
_WATCH_SECONDS = 300
_PAUSE = 0.5
# As a file system that was just made, on the disk of a cloud: only root may write until `fsGroup` is heeded.
_MODE = 0o755


def keep(layout: NodeLayout, settings: Settings) -> None:
    """Make and remove folders as volumes come and go, for ever."""
    while True:
        try:
            _follow(layout.volumes, _connection(layout.cluster, settings.api_port))
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            # The API server is not there yet, or is started again.
            print(f"volumes: {error}", flush=True)
            time.sleep(_PAUSE)


def _connection(cluster: Path, port: int) -> http.client.HTTPSConnection:
    from simulator.cluster.layout import Layout  # noqa: PLC0415

    pki = Layout(cluster).pki
    context = ssl.create_default_context(cafile=str(pki / "ca.crt"))
    context.load_cert_chain(pki / "admin.crt", pki / "admin.key")
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=_WATCH_SECONDS + 30, context=context)


def _follow(folder: Path, connection: http.client.HTTPSConnection) -> None:
    listed = _get(connection).read()
    volumes: dict[str, Any] = json.loads(listed)
    wanted = {path for item in volumes["items"] if (path := _folder(item, folder))}
    for path in wanted:
        _make(path)
    for path in set(folder.iterdir()) - wanted:
        shutil.rmtree(path, ignore_errors=True)
    version = volumes["metadata"]["resourceVersion"]
    for event in _watch(connection, version):
        if event["type"] == "ERROR":
            return
        if (path := _folder(event["object"], folder)) is None:
            continue
        if event["type"] == "DELETED":
            shutil.rmtree(path, ignore_errors=True)
        else:
            _make(path)


def _watch(connection: http.client.HTTPSConnection, version: str) -> Iterator[dict[str, Any]]:
    answer = _get(connection, watch="true", resourceVersion=version, timeoutSeconds=str(_WATCH_SECONDS))
    for line in answer:
        yield json.loads(line)


def _get(connection: http.client.HTTPSConnection, **query: str) -> http.client.HTTPResponse:
    connection.request("GET", f"{_PATH}?{urlencode(query)}", headers={"Accept": "application/json"})
    answer = connection.getresponse()
    if answer.status != http.client.OK:
        message = f"GET {_PATH}: {answer.status}"
        raise OSError(message)
    return answer


def _make(path: Path) -> None:
    if not path.is_dir():
        path.mkdir(mode=_MODE)
        path.chmod(_MODE)


def _folder(volume: dict[str, Any], volumes: Path) -> Path | None:
    """Return a volume's folder, if it is one of ours and directly in the folder of all."""
    local = volume.get("spec", {}).get("local")
    path = Path(local["path"]) if local else None
    return path if path and path.parent == volumes else None
