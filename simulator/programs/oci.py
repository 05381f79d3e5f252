"""Images as OCI describes them (image spec 1.1): blobs by digest, and what refers to them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

_TYPE = "application/vnd.oci.image"


@dataclass(frozen=True)
class Blob:
    """Bytes and their media type."""

    content: bytes
    kind: str


@dataclass(frozen=True)
class Blobs:
    """Blobs by digest (`sha256:` and 64 hexadecimal digits)."""

    kept: dict[str, Blob] = field(default_factory=dict[str, Blob])

    def layer(self, content: bytes) -> dict[str, Any]:
        """Keep a layer, an uncompressed tar archive, and return its descriptor."""
        return self._keep(content, "layer.v1.tar")

    def manifest(self, configuration: bytes, layer: dict[str, Any]) -> dict[str, Any]:
        """Keep an image of one layer, and return the descriptor of its manifest."""
        manifest = {
            "schemaVersion": 2,
            "mediaType": f"{_TYPE}.manifest.v1+json",
            "config": self._keep(configuration, "config.v1+json"),
            "layers": [layer],
        }
        return self._keep(json.dumps(manifest).encode(), "manifest.v1+json")

    def _keep(self, content: bytes, kind: str) -> dict[str, Any]:
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self.kept[digest] = Blob(content, f"{_TYPE}.{kind}")
        return {"mediaType": f"{_TYPE}.{kind}", "size": len(content), "digest": digest}
