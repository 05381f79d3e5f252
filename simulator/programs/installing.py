"""Puts the programs of the table into the store, several side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TextIO

from typing_extensions import override

from simulator.programs import debian, golang, pypi
from simulator.programs.model import DebianPackages, GoPrograms, Image, Source
from simulator.programs.store import Store, module
from simulator.tools import ToolError, gomod
from simulator.tools.errors import UnavailableError
from simulator.tools.progress import Progress, Unseen, choose

_LIBRARY_OF_CONTROLLERS = "sigs.k8s.io/controller-runtime"


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
    """Build in two lanes and fetch in a third, for one leaves processors idle; show one step at a time."""
    # The smallest first: what an interrupted run has finished stays.
    built = sorted((source for source in missing if isinstance(source, GoPrograms)), key=_checksums)
    fetched = [source for source in missing if source not in built]
    # Controllers share most of their libraries: two that are built at once would compile them twice.
    alike = [source for source in built if _LIBRARY_OF_CONTROLLERS in gomod.versions(module(source))]
    others = [source for source in built if source not in alike]
    with ExitStack() as ending:
        given_up = Event()
        steps: list[_Step] = []
        for sources in (alike, others, fetched):
            lane = ending.enter_context(ThreadPoolExecutor(max_workers=1))
            for source in sources:
                told = _Beside(progress, given_up)
                steps.append(_Step(source, told, lane.submit(_timed, source, store, told)))
        pending = {step.done for step in steps}
        ending.callback(_give_up, given_up, pending)
        for number, step in enumerate(steps, start=1):
            progress.begin(f"[{number}/{len(steps)}] {step.source.name} {step.source.version}")
            step.told.shown = True
            while step.done in pending:
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                for one in finished:
                    one.result()
            progress.end(*step.done.result())


class _Beside(Unseen):
    """The news of one step of several: seen while it is the one that is shown."""

    def __init__(self, progress: Progress, given_up: Event) -> None:
        """Give the news to `progress`, and end the step at the next of them after `given_up`."""
        super().__init__()
        self.shown = False
        self._progress = progress
        self._given_up = given_up

    @override
    def detail(self, text: str) -> None:
        if self._given_up.is_set():
            message = "given up, for another program cannot be had"
            raise UnavailableError(message)
        if self.shown:
            self._progress.detail(text)


@dataclass(frozen=True)
class _Step:
    source: Source
    told: _Beside
    done: Future[tuple[str, float]]


def _give_up(given_up: Event, pending: Iterable[Future[tuple[str, float]]]) -> None:
    given_up.set()
    for future in pending:
        future.cancel()


def _checksums(source: GoPrograms) -> int:
    return (module(source) / "go.sum").stat().st_size


def _timed(source: Source, store: Store, progress: Progress) -> tuple[str, float]:
    """Build or install; return how it was done, and how many seconds it took."""
    started = time.monotonic()
    return _install(source, store, progress), time.monotonic() - started


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
