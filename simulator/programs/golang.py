"""Programs built from Go modules."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from simulator.programs import charts
from simulator.programs.model import GoPrograms
from simulator.programs.store import module
from simulator.tools import gobuild
from simulator.tools.progress import Progress


def install(source: GoPrograms, stage: Path, log: TextIO, progress: Progress) -> None:
    """Build the programs into `stage/bin`, and copy the trees that they read.

    Raises UnavailableError where Go is missing or a build fails.
    """
    go = gobuild.compiler()
    # These are tried, and not worked with all day: they are there the sooner.
    options = gobuild.options(source.variables, source.tags, plain=gobuild.unshared(module(source)))
    with _folder(go, source, log, progress) as folder:
        for name, package in source.packages.items():
            command = [go, "build", *options, "-o", str(stage / "bin" / name), package]
            gobuild.run(command, folder, log, lambda news, name=name: progress.detail(f"{name}, {news}"))
    for path, origin in source.trees.items():
        of, _, inside = origin.partition(":")
        found = _downloaded(go, of, module(source), log, progress) / inside
        if path.endswith(charts.ENDING):
            charts.pack(found, stage / path, source.version)
        else:
            _copy(found, stage / path)


@contextmanager
def _folder(go: str, source: GoPrograms, log: TextIO, progress: Progress) -> Generator[Path]:
    """Give the folder to build in: that of go.mod, or one whose modules have the links that they lack."""
    if not source.links:
        yield module(source)
        return
    with tempfile.TemporaryDirectory(prefix="slipway-go-") as folder:
        work = Path(folder) / "work"
        shutil.copytree(module(source), work)
        for link, target in source.links.items():
            of, _, path = link.partition(":")
            copy = Path(folder) / of
            if not copy.exists():
                _copy(_downloaded(go, of, work, log, progress), copy)
                gobuild.run([go, "mod", "edit", "-replace", f"{of}={copy}"], work, log, progress.detail)
            (copy / path).symlink_to(target)
        yield work


def _downloaded(go: str, of: str, folder: Path, log: TextIO, progress: Progress) -> Path:
    """Return where a module lies in Go's module cache, downloading it first."""
    gobuild.run([go, "mod", "download", of], folder, log, progress.detail)
    listing = [go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", of]
    return Path(gobuild.run(listing, folder, log, progress.detail)[-1])


def _copy(origin: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if origin.is_dir():
        # Go's module cache is read only; what is copied is not.
        shutil.copytree(origin, target, copy_function=shutil.copyfile)
        for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
    else:
        shutil.copyfile(origin, target)
