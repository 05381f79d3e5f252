"""Obtaining programs, asked for as the driver and the cluster ask."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator import programs
from simulator.programs import golang, pypi
from simulator.programs.installing import install
from simulator.programs.model import GoPrograms, Image, PythonPackages


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
    table = programs.images(["jobset", "trainer"]).values()
    built = next(source for image in table for source in image.sources if isinstance(source, GoPrograms))
    fetched = next(
        source for image in table for source in image.sources if isinstance(source, PythonPackages)
    )
    image = Image(image="example.com/one:1", sources=(built, fetched), entrypoint=("one",))
    said: list[str] = []
    install([image], programs.Store(tmp_path), said.append)
    assert said == [
        f"[1/2] {built.name} {built.version}",
        f"[1/2] {built.name} {built.version}: built from Go modules in 2 s",
        f"[2/2] {fetched.name} {fetched.version}",
        f"[2/2] {fetched.name} {fetched.version}: installed from Python packages in 1 s",
    ]
