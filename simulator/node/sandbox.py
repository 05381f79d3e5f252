"""The image of a pod's sandbox: one static program, as an OCI archive that containerd imports."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

from simulator.programs.content import architecture
from simulator.programs.oci import Blobs


def archive(name: str, program: Path) -> bytes:
    """Return an image of that name which runs the program (OCI image spec 1.1, layout)."""
    blobs = Blobs()
    layer = blobs.layer(_tar({"pause": program.read_bytes()}))
    configuration = {
        "architecture": architecture(),
        "os": "linux",
        "config": {"Entrypoint": ["/pause"], "User": "65535:65535"},
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
    }
    listed = blobs.manifest(json.dumps(configuration).encode(), layer)
    named = {**listed, "annotations": {"io.containerd.image.name": name}}
    described = {
        "oci-layout": {"imageLayoutVersion": "1.0.0"},
        "index.json": {"schemaVersion": 2, "manifests": [named]},
    }
    files = {path: json.dumps(value).encode() for path, value in described.items()}
    kept = {f"blobs/{digest.replace(':', '/')}": blob.content for digest, blob in blobs.kept.items()}
    return _tar(files | kept)


def _tar(files: dict[str, bytes]) -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as archived:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), 0o755
            archived.addfile(entry, io.BytesIO(content))
    return output.getvalue()
