"""Programs built from Go modules."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TextIO

from simulator.programs.model import GoPrograms
from simulator.programs.store import module
from simulator.tools import gobuild
from simulator.tools.progress import Progress


def install(source: GoPrograms, stage: Path, log: TextIO, progress: Progress) -> None:
    """Build the programs into `stage/bin`, and copy the trees that they read.

    Raises UnavailableError where Go is missing or a build fails.
    """
    go, folder = gobuild.compiler(), module(source)
    options = gobuild.options(source.variables)
    if source.tags:
        options += ["-tags", ",".join(source.tags)]
    for name, package in source.packages.items():
        command = [go, "build", *options, "-o", str(stage / "bin" / name), package]
        gobuild.run(command, folder, log, lambda news, name=name: progress.detail(f"{name}, {news}"))
    for path, origin in source.trees.items():
        of, _, inside = origin.partition(":")
        listing = [go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", of]
        root = Path(gobuild.run(listing, folder, log, progress.detail)[-1])
        _copy(root / inside, stage / path)


def _copy(origin: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if origin.is_dir():
        # Go's module cache is read only; what is copied is not.
        shutil.copytree(origin, target, copy_function=shutil.copyfile)
        for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
    else:
        shutil.copyfile(origin, target)
