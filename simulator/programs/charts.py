"""Charts whose source is in the Go module of a live program: packed as their project releases them."""

from __future__ import annotations

import gzip
import io
import re
import tarfile
from pathlib import Path

from simulator.programs import catalog
from simulator.programs.store import Store

# What a chart is described in: as it is, or as the project's release fills it in.
_DESCRIPTIONS = ("Chart.yaml", "Chart.template.yaml")


ENDING = ".tgz"
"""A tree of a source (model.GoPrograms) whose path ends so is a chart, and is packed."""


def pack(folder: Path, archive: Path, version: str) -> None:
    """Pack a chart's source as `helm package --version --app-version` does, the same for the same source.

    Raises OSError where the folder holds no chart.
    """
    files = {each.relative_to(folder).as_posix(): each.read_bytes() for each in _files(folder)}
    description = next(filter(None, (files.pop(name, b"") for name in _DESCRIPTIONS)), b"").decode()
    if not description:
        raise FileNotFoundError(f"{folder} has no {_DESCRIPTIONS[0]}")
    for key in ("version", "appVersion"):
        description = re.sub(rf"(?m)^{key}:.*$", f"{key}: v{version}", description)
    files[_DESCRIPTIONS[0]] = description.encode()
    archive.parent.mkdir(parents=True, exist_ok=True)
    with (
        archive.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(f"{folder.name}/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def packed(chart: str, repository: str, version: str) -> Path | None:
    """Return the archive in the store of the chart that a repository has under that name and version."""
    store = Store.default()
    for pin, (source, place) in catalog.charts().items():
        if (pin.name, pin.repository, pin.version) == (chart, repository, version):
            archive = store.home(source) / place
            return archive if archive.is_file() else None
    return None


def _files(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]
