"""The image of a pod's sandbox: one static program, as an OCI archive that containerd imports."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

from simulator.programs.content import architecture

_TYPE = "application/vnd.oci.image"


def archive(name: str, program: Path) -> bytes:
    """Return an image of that name which runs the program (OCI image spec 1.1, layout)."""
    blobs: dict[str, bytes] = {}

    def keep(blob: bytes, kind: str) -> dict[str, object]:
        digest = hashlib.sha256(blob).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = blob
        return {"mediaType": f"{_TYPE}.{kind}", "digest": f"sha256:{digest}", "size": len(blob)}

    layer = _tar({"pause": program.read_bytes()})
    kept_layer = keep(layer, "layer.v1.tar")
    configuration = {
        "architecture": architecture(),
        "os": "linux",
        "config": {"Entrypoint": ["/pause"], "User": "65535:65535"},
        "rootfs": {"type": "layers", "diff_ids": [kept_layer["digest"]]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{_TYPE}.manifest.v1+json",
        "config": keep(json.dumps(configuration).encode(), "config.v1+json"),
        "layers": [kept_layer],
    }
    listed = keep(json.dumps(manifest).encode(), "manifest.v1+json")
    listed["annotations"] = {"io.containerd.image.name": name}
    index = {"schemaVersion": 2, "manifests": [listed]}
    layout = {"imageLayoutVersion": "1.0.0"}
    described = {"oci-layout": json.dumps(layout).encode(), "index.json": json.dumps(index).encode()}
    return _tar({**described, **blobs})


def _tar(files: dict[str, bytes]) -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as archived:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), 0o755
            archived.addfile(entry, io.BytesIO(content))
    return output.getvalue()
