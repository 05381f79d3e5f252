"""Puts the programs of the table into the store: one step a source, those that are only fetched meanwhile."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TextIO

from simulator.programs import debian, golang, pypi
from simulator.programs.model import DebianPackages, GoPrograms, Image, Source
from simulator.programs.store import Store, module
from simulator.tools import ToolError
from simulator.tools.errors import UnavailableError
from simulator.tools.progress import Progress, Unseen, choose


def install(images: Iterable[Image], store: Store, report: Callable[[str], None] | None = None) -> None:
    """Build or install what the programs of `images` lack in the store, telling the progress as tools do.

    Takes milliseconds where nothing is missing. What is finished stays, so an interrupted run is taken up by
    the next. Raises ToolError, ready for the user, where a source cannot be had.
    """
    wanted = {store.home(source): source for image in images for source in image.sources}
    if all(home.is_dir() for home in wanted):
        return
    with (
        choose(report) as progress,
        store.lock(lambda: progress.say("waiting for another process that is obtaining programs")),
    ):
        missing = [source for home, source in wanted.items() if not home.is_dir()]
        _obtain(missing, store, progress)


def _obtain(missing: Sequence[Source], store: Store, progress: Progress) -> None:
    """Build on all processors, and at the same time fetch what is not built: that waits for the network."""
    # The largest comes last: until then its modules are there.
    built = sorted((source for source in missing if isinstance(source, GoPrograms)), key=_checksums)
    fetched = [source for source in missing if source not in built]
    step = count(1)

    def begin(source: Source) -> None:
        progress.begin(f"[{next(step)}/{len(missing)}] {source.name} {source.version}")

    with ThreadPoolExecutor(max_workers=1) as beside:
        for source in built[1:]:
            beside.submit(_download, source)
        meanwhile = {source.name: beside.submit(_fetch, source, store) for source in fetched}
        try:
            for source in built:
                begin(source)
                progress.end(_install(source, store, progress))
                for future in meanwhile.values():
                    if future.done():
                        future.result()
            for source in fetched:
                begin(source)
                progress.end(*meanwhile[source.name].result())
        finally:
            beside.shutdown(wait=False, cancel_futures=True)


def _checksums(source: GoPrograms) -> int:
    return (module(source) / "go.sum").stat().st_size


def _download(source: GoPrograms) -> None:
    # Why a module cannot be had is said by the build that needs it.
    with suppress(UnavailableError), Path(os.devnull).open("w") as nowhere:
        golang.download(source, nowhere)


def _fetch(source: Source, store: Store) -> tuple[str, float]:
    """Install unseen; return how it was done, and how many seconds it took."""
    started = time.monotonic()
    return _install(source, store, Unseen()), time.monotonic() - started


def _install(source: Source, store: Store, progress: Progress) -> str:
    log = store.log(source)
    try:
        with log.open("w") as output, store.stage(source) as stage:
            return _fill(source, stage, output, progress)
    except (UnavailableError, OSError) as error:
        message = (
            f"the program {source.name} {source.version} of live pods cannot be obtained: {error}\n"
            f"The whole output: {log}\nCorrect what is said above and run again (what is finished is kept), "
            "or leave it simulated: cluster.livePrograms names the projects that run."
        )
        raise ToolError(message) from error


def _fill(source: Source, stage: Path, log: TextIO, progress: Progress) -> str:
    if isinstance(source, GoPrograms):
        golang.install(source, stage, log, progress)
        return "built from Go modules"
    if isinstance(source, DebianPackages):
        debian.install(source, stage, log, progress)
        return "unpacked from the distribution's packages"
    pypi.install(source, stage, log, progress)
    return "installed from Python packages"
