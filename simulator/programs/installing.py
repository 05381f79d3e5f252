"""Puts the programs of the table into the store: one step a source."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO

from simulator.programs import debian, golang, pypi
from simulator.programs.model import DebianPackages, GoPrograms, Image, Source
from simulator.programs.store import Store
from simulator.tools import ToolError
from simulator.tools.errors import UnavailableError
from simulator.tools.progress import Progress, choose


def install(images: Iterable[Image], store: Store, report: Callable[[str], None] | None = None) -> None:
    """Build or install what the programs of `images` lack in the store, telling the progress as tools do.

    Takes milliseconds where nothing is missing. What is finished stays, so an interrupted run is taken up by
    the next. Raises ToolError, ready for the user, at the first source that cannot be had.
    """
    wanted = {store.home(source): source for image in images for source in image.sources}
    if all(home.is_dir() for home in wanted):
        return
    with (
        choose(report) as progress,
        store.lock(lambda: progress.say("waiting for another process that is obtaining programs")),
    ):
        missing = [source for home, source in wanted.items() if not home.is_dir()]
        for step, source in enumerate(missing, start=1):
            progress.begin(f"[{step}/{len(missing)}] {source.name} {source.version}")
            progress.end(_install(source, store, progress))


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
