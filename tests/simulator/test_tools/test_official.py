from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
import threading
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pulumi.automation import PulumiCommand

from simulator.tools import ToolError, catalog, ensure
from simulator.tools.catalog import Download, PulumiInstaller

from .toolchain import Machine

PROGRAM = b"#!/bin/sh\necho a released program\n"


@dataclass
class Site:
    """A web site of release files on this machine: what lies at each path."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    connections: list[str] = field(default_factory=list[str])

    def offer(self, name: str, monkeypatch: pytest.MonkeyPatch, release: Download | PulumiInstaller) -> None:
        """Let the tool of that name come from this site."""
        tools = [replace(tool, official=release) if tool.name == name else tool for tool in catalog.TOOLS]
        monkeypatch.setattr(catalog, "TOOLS", tuple(tools))


class Handler(BaseHTTPRequestHandler):
    def __init__(self, site: Site, *args: object) -> None:
        self.site = site
        super().__init__(*args)  # pyright: ignore[reportArgumentType]

    def do_HEAD(self) -> None:
        self.send_response(404)
        self.end_headers()

    def do_CONNECT(self) -> None:
        self.site.connections.append(self.path)
        self.send_error(502)

    def do_GET(self) -> None:
        content = self.site.files.get(self.path)
        self.send_response(404 if content is None else 200)
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Generator[Site]:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, site))
    site.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def offer_kubectl(site: Site, monkeypatch: pytest.MonkeyPatch, published: str) -> None:
    url = f"{site.address}/{{arch}}/kubectl"
    site.files |= {"/amd64/kubectl": PROGRAM, "/amd64/kubectl.sha256": published.encode()}
    site.offer("kubectl", monkeypatch, Download(url, digest=f"{url}.sha256"))


def offer_etcd(site: Site, monkeypatch: pytest.MonkeyPatch, published: str | None, member: str) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        info = tarfile.TarInfo(member)
        info.size = len(PROGRAM)
        tar.addfile(info, io.BytesIO(PROGRAM))
    content = archive.getvalue()
    assets = [
        {"name": "etcd-arm64.tar.gz", "digest": "sha256:" + "0" * 64},
        {"name": "etcd-amd64.tar.gz", "digest": published or f"sha256:{digest(content)}"},
    ]
    site.files |= {"/etcd-amd64.tar.gz": content, "/release": json.dumps({"assets": assets}).encode()}
    release = Download(f"{site.address}/etcd-{{arch}}.tar.gz", f"{site.address}/release", "etcd-{arch}/etcd")
    site.offer("etcd", monkeypatch, release)


def test_a_release_with_the_published_digest_is_used(
    machine: Machine, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_kubectl(site, monkeypatch, digest(PROGRAM))
    machine.install_go()
    tools = ensure(names=["kubectl"], report=machine.said.append)
    assert tools.sources == {"kubectl": "official installer"}
    assert subprocess.check_output([tools.path("kubectl")]) == b"a released program\n"
    assert machine.built == []
    assert ensure(names=["kubectl"]).origins == {"kubectl": "official installer"}


def test_a_release_that_is_not_what_its_digest_says_is_never_used(
    machine: Machine, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_kubectl(site, monkeypatch, "0" * 64)
    with pytest.raises(ToolError) as caught:
        ensure(names=["kubectl"], report=machine.said.append)
    assert f"has the SHA-256 digest {digest(PROGRAM)}, published is {'0' * 64}" in str(caught.value)
    assert not list(machine.tools.rglob("kubectl*/bin/*"))
    machine.install_go()
    assert ensure(names=["kubectl"], report=machine.said.append).sources == {
        "kubectl": "built from Go modules"
    }


def test_a_program_is_taken_out_of_a_released_archive(
    machine: Machine, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_etcd(site, monkeypatch, None, "etcd-amd64/etcd")
    tools = ensure(names=["etcd"], report=machine.said.append)
    assert subprocess.check_output([tools.path("etcd")]) == b"a released program\n"
    assert [file.name for file in (machine.tools / "etcd-3.6.8" / "bin").iterdir()] == ["etcd"]


@pytest.mark.parametrize(
    ("published", "member", "reason"),
    [
        ("sha256:" + "1" * 64, "etcd-amd64/etcd", "published is " + "1" * 64),
        ("", "etcd-amd64/other", "the archive of the release has no file etcd-amd64/etcd"),
        ("unknown", "etcd-amd64/etcd", "no SHA-256 digest of etcd-amd64.tar.gz is published at"),
    ],
)
def test_an_archive_that_is_not_as_published_is_refused(
    *,
    machine: Machine,
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    published: str,
    member: str,
    reason: str,
) -> None:
    offer_etcd(site, monkeypatch, published, member)
    with pytest.raises(ToolError, match=reason):
        ensure(names=["etcd"], report=machine.said.append)


def test_a_release_that_is_not_there_is_named(
    machine: Machine, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_kubectl(site, monkeypatch, digest(PROGRAM))
    del site.files["/amd64/kubectl"]
    with pytest.raises(ToolError, match=rf"{site.address}/amd64/kubectl: HTTP Error 404"):
        ensure(names=["kubectl"], report=machine.said.append)


def test_a_machine_no_release_is_made_for_goes_on_to_go(
    machine: Machine, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_kubectl(site, monkeypatch, digest(PROGRAM))
    monkeypatch.setattr("platform.machine", lambda: "sparc64")
    machine.install_go()
    tools = ensure(names=["kubectl"], report=machine.said.append)
    assert tools.sources == {"kubectl": "built from Go modules"}
    log = (machine.tools / "logs" / "kubectl-1.36.3.log").read_text()
    assert "there is no release for linux on sparc64" in log


def bring(*names: str) -> classmethod[PulumiCommand, ..., None]:
    """Stand in for Pulumi's installer, which puts programs into the root it is given."""

    def install(cls: type[PulumiCommand], root: str, version: object) -> None:
        assert str(version) == "3.250.0"
        for name in names:
            (Path(root) / "bin" / name).write_text("#!/bin/sh\n")
            (Path(root) / "bin" / name).chmod(0o755)

    return classmethod(install)


def test_pulumis_installer_brings_the_command_line_and_the_language_host(
    machine: Machine, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.offer("pulumi", monkeypatch, PulumiInstaller(site.address))
    (pulumi,) = catalog.select(["pulumi"])
    monkeypatch.setattr(PulumiCommand, "install", bring(*pulumi.programs, "pulumi-language-go"))
    tools = ensure(names=["pulumi"], report=machine.said.append)
    assert set(tools.sources) == set(pulumi.programs)
    assert tools.sources["pulumi"] == "official installer"
    assert tools.versions["pulumi-language-python"] == "3.250.0"


def test_an_installer_that_brings_no_language_host_is_not_enough(
    machine: Machine, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.offer("pulumi", monkeypatch, PulumiInstaller(site.address))
    monkeypatch.setattr(PulumiCommand, "install", bring("pulumi", "pulumi-language-python"))
    with pytest.raises(ToolError, match="Pulumi's installer brought no pulumi-language-python-exec"):
        ensure(names=["pulumi"], report=machine.said.append)


def test_a_site_that_cannot_be_reached_is_asked_only_once(
    machine: Machine, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.install_go()
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, site.address)
    ensure(report=machine.said.append)
    assert site.connections == ["get.pulumi.com:443", "github.com:443", "dl.k8s.io:443"]
