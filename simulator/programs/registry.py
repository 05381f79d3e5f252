"""A registry that serves the table's images to containerd (OCI distribution spec 1.1, as far as it pulls).

containerd is told to ask it in place of every registry, and names the one that it was about to ask in the
parameter `ns`. It listens on the node's own loopback address and needs no password: it gives links to
programs that every container sees anyway.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from simulator.programs import content, images
from simulator.programs.model import Image
from simulator.programs.oci import Blobs
from simulator.programs.store import Store

_DEFAULT_REGISTRY = "docker.io"


def qualified(image: str) -> str:
    """Return an image's name as container runtimes complete it: docker.io/library/busybox:latest."""
    name, _, rest = image.partition("/")
    if not rest:
        image = f"{_DEFAULT_REGISTRY}/library/{image}"
    elif not ("." in name or ":" in name or name == "localhost"):
        image = f"{_DEFAULT_REGISTRY}/{image}"
    return image if ":" in image.rsplit("/", 1)[-1] else f"{image}:latest"


@dataclass(frozen=True)
class Registry:
    """The images, by whole name, and what was made of them so far, by digest."""

    images: Mapping[str, Image]
    store: Store
    blobs: Blobs = field(default_factory=Blobs)

    @classmethod
    def of(cls, table: Mapping[str, Image], store: Store) -> Registry:
        """Return a registry of the images of a table."""
        return cls({qualified(name): image for name, image in table.items()}, store)

    def manifest(self, registry: str, repository: str, reference: str) -> str | None:
        """Return the digest of an image's manifest, or None for an image that is not in the table."""
        if reference in self.blobs.kept:
            return reference
        image = self.images.get(f"{registry or _DEFAULT_REGISTRY}/{repository}:{reference}")
        if image is None:
            return None
        layer = self.blobs.layer(content.layer(image, self.store))
        configuration = content.configuration(image, layer["digest"])
        return self.blobs.manifest(configuration, layer)["digest"]


def handler(registry: Registry) -> type[BaseHTTPRequestHandler]:
    """Return what answers HTTP requests from a registry."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = parse_qs(address.query).get("ns", [""])[0]
            match address.path.strip("/").split("/"):
                case ["v2"]:
                    self._send(b"{}", "application/json")
                case ["v2", *repository, "manifests", reference]:
                    self._give(registry.manifest(asked, "/".join(repository), reference))
                case ["v2", *_, "blobs", digest] if digest in registry.blobs.kept:
                    self._give(digest)
                case _:
                    self._give(None)

        def _give(self, digest: str | None) -> None:
            if digest is None:
                self._send(
                    b'{"errors": [{"code": "MANIFEST_UNKNOWN"}]}', "application/json", HTTPStatus.NOT_FOUND
                )
                return
            blob = registry.blobs.kept[digest]
            self._send(blob.content, blob.kind, digest=digest)

        def _send(
            self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK, *, digest: str = ""
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if digest:
                self.send_header("Docker-Content-Digest", digest)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

    return Handler


def main() -> int:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m simulator.programs.registry")
    parser.add_argument("--listen", default="127.0.0.1:5000", help="address and port")
    parser.add_argument("--projects", default="", help="projects of the table, by commas; all unless given")
    arguments = parser.parse_args()
    host, _, port = arguments.listen.rpartition(":")
    chosen = tuple(name for name in arguments.projects.split(",") if name) or None
    registry = Registry.of(images(chosen), Store.default())
    ThreadingHTTPServer((host, int(port)), handler(registry)).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
