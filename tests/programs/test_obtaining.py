"""Obtaining programs, asked for as the driver and the cluster ask."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator import programs
from simulator.programs import golang, pypi
from simulator.programs.installing import install
from simulator.programs.model import GoPrograms, Image, Source
from simulator.tools import ToolError
from simulator.tools.errors import UnavailableError
from simulator.tools.progress import Progress


def source(name: str) -> Source:
    """A source of the table."""
    table = programs.images(["argo", "jobset", "trainer"]).values()
    return next(source for image in table for source in image.sources if source.name == name)


def image(*sources: Source) -> Image:
    return Image(image="example.com/one:1", sources=sources, entrypoint=("one",))


def takes(seconds: float) -> Callable[..., None]:
    """An installer that takes that long."""

    def wait(*_: object) -> None:
        time.sleep(seconds)

    return wait


def test_what_is_there_is_obtained_twice_in_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLIPWAY_CACHE", str(tmp_path))
    store = programs.Store.default()
    for source in (source for image in programs.images(["jobset"]).values() for source in image.sources):
        store.home(source).mkdir(parents=True)
    assert programs.obtain(["jobset"]) == programs.obtain(["jobset"]) == store


def test_what_is_installed_beside_a_build_says_how_long_that_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(golang, "install", takes(2.0))
    monkeypatch.setattr(pypi, "install", takes(1.0))
    built, fetched = source("jobset"), source("jax")
    said: list[str] = []
    install([image(built, fetched)], programs.Store(tmp_path), said.append)
    assert said == [
        f"[1/2] {built.name} {built.version}",
        f"[1/2] {built.name} {built.version}: built from Go modules in 2 s",
        f"[2/2] {fetched.name} {fetched.version}",
        f"[2/2] {fetched.name} {fetched.version}: installed from Python packages in 1 s",
    ]


def test_controllers_are_built_one_after_the_other_and_other_programs_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = threading.Barrier(2, timeout=10)
    building: list[str] = []
    together: list[set[str]] = []

    def build(of: GoPrograms, *_: object) -> None:
        building.append(of.name)
        together.append(set(building))
        if of.name in {"argo", "jobset"}:
            meeting.wait()
        building.remove(of.name)

    monkeypatch.setattr(golang, "install", build)
    sources = [source(name) for name in ("argo", "trainer", "jobset")]
    store = programs.Store(tmp_path)
    install([image(*sources)], store, lambda _: None)
    assert {"argo", "jobset"} in together
    assert not any({"trainer", "jobset"} <= names for names in together)
    assert all(store.home(one).is_dir() for one in sources)


def test_where_one_cannot_be_had_the_others_end_and_what_is_finished_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def build(of: GoPrograms, stage: Path, log: object, progress: Progress) -> None:
        if of.name == "argo":
            begun.set()
            for count in range(1000):
                progress.detail(f"{count} packages compiled")
                time.sleep(0.01)
        elif of.name == "jobset":
            assert begun.wait(10)
            message = "no such module"
            raise UnavailableError(message)

    monkeypatch.setattr(golang, "install", build)
    sources = {name: source(name) for name in ("argo", "trainer", "jobset")}
    store = programs.Store(tmp_path)
    with pytest.raises(ToolError, match=r"the program jobset .*no such module"):
        install([image(*sources.values())], store, lambda _: None)
    assert {name: store.home(one).is_dir() for name, one in sources.items()} == {
        "argo": False,
        "trainer": True,
        "jobset": False,
    }
