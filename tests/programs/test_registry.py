"""The registry of a live node: what containerd asks of it, over HTTP."""

import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Generator
from http.client import HTTPConnection, HTTPResponse
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from simulator.programs import content, machine
from simulator.programs.model import GoPrograms, Image
from simulator.programs.registry import Registry, handler, qualified
from simulator.programs.store import Store

SOURCE = GoPrograms(name="jobset", version="0.11.0", packages={"manager": "sigs.k8s.io/jobset"})
IMAGE = Image(
    image="example/tool:1",
    sources=(SOURCE,),
    entrypoint=("/manager",),
    arguments=("--quiet",),
    links={"/manager": "/opt/slipway/jobset/bin/manager"},
    files={"/opt/start": "#!/bin/sh\nexec /manager\n", "/etc/tool.conf": "a = b\n"},
    folders={"/data": 0o1777},
    user="1000:2000",
    environment={"HOME": "/data"},
    directory="/data",
)


@pytest.fixture
def registry(tmp_path: Path) -> Generator[HTTPConnection]:
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), handler(Registry.of({IMAGE.image: IMAGE}, Store(tmp_path)))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield HTTPConnection("127.0.0.1", server.server_port)
    server.shutdown()
    server.server_close()


def _get(registry: HTTPConnection, path: str, method: str = "GET") -> tuple[HTTPResponse, bytes]:
    registry.request(method, path)
    response = registry.getresponse()
    return response, response.read()


def _pulled(registry: HTTPConnection) -> tuple[dict[str, Any], tarfile.TarFile]:
    _, manifest = _get(registry, "/v2/example/tool/manifests/1?ns=docker.io")
    described: dict[str, Any] = json.loads(manifest)
    blobs: list[bytes] = []
    for part in (described["config"], described["layers"][0]):
        _, blob = _get(registry, f"/v2/example/tool/blobs/{part['digest']}?ns=docker.io")
        assert part["digest"] == f"sha256:{hashlib.sha256(blob).hexdigest()}"
        assert part["size"] == len(blob)
        blobs.append(blob)
    return json.loads(blobs[0]), tarfile.open(fileobj=io.BytesIO(blobs[1]))


def test_an_image_is_pulled_whole(registry: HTTPConnection) -> None:
    configuration, layer = _pulled(registry)
    assert configuration["config"]["Entrypoint"] == ["/manager"]
    assert configuration["config"]["Cmd"] == ["--quiet"]
    assert configuration["config"]["User"] == "1000:2000"
    assert "HOME=/data" in configuration["config"]["Env"]
    assert layer.getmember("manager").linkname == "/opt/slipway/jobset/bin/manager"
    assert layer.getmember("opt/slipway/jobset").linkname.startswith(f"{machine.STORE}/jobset-")


def test_scripts_can_be_run_and_other_files_cannot(registry: HTTPConnection) -> None:
    _, layer = _pulled(registry)
    assert layer.getmember("opt/start").mode == 0o755
    assert layer.getmember("etc/tool.conf").mode == 0o644
    assert layer.getmember("data").mode == 0o1777


def test_the_user_of_an_image_has_a_name(registry: HTTPConnection) -> None:
    _, layer = _pulled(registry)
    passwd = layer.extractfile("etc/passwd")
    assert passwd is not None
    assert b":1000:2000:" in passwd.read()


def test_a_manifest_keeps_its_digest_between_two_starts(registry: HTTPConnection, tmp_path: Path) -> None:
    response, _ = _get(registry, "/v2/example/tool/manifests/1", "HEAD")
    again = Registry.of({IMAGE.image: IMAGE}, Store(tmp_path)).manifest("", "example/tool", "1")
    assert response.getheader("Docker-Content-Digest") == again


@pytest.mark.parametrize(
    "path",
    [
        "/v2/example/tool/manifests/2",
        "/v2/example/other/manifests/1",
        "/v2/example/tool/manifests/1?ns=ghcr.io",
        "/v2/example/tool/blobs/sha256:00",
        "/",
    ],
)
def test_what_is_not_in_the_table_is_not_found(registry: HTTPConnection, path: str) -> None:
    response, _ = _get(registry, path)
    assert response.status == 404


@pytest.mark.parametrize(
    ("image", "whole"),
    [
        ("busybox", "docker.io/library/busybox:latest"),
        ("kserve/agent:v1", "docker.io/kserve/agent:v1"),
        ("docker.io/kserve/agent:v1", "docker.io/kserve/agent:v1"),
        ("localhost:5000/a/b", "localhost:5000/a/b:latest"),
        ("quay.io/a/b:1", "quay.io/a/b:1"),
    ],
)
def test_names_are_completed_as_container_runtimes_do(image: str, whole: str) -> None:
    assert qualified(image) == whole


def test_a_container_sees_no_keys_and_no_homes_of_this_machine(tmp_path: Path) -> None:
    seen = machine.mounts(tmp_path)
    assert "/etc" not in seen
    assert not {"/", "/root", "/home", str(Path.home()), str(Path.cwd())} & seen.keys()


def test_packages_of_an_image_are_found_before_those_of_the_machine() -> None:
    path = content.environment(IMAGE)["PATH"].split(":")
    assert path.index("/opt/slipway/jobset/bin") < path.index("/usr/bin")
