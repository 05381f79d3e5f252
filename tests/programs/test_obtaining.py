"""Obtaining programs, asked for as the driver and the cluster ask."""

from pathlib import Path

import pytest

from simulator import programs


def test_what_is_there_is_obtained_twice_in_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLIPWAY_CACHE", str(tmp_path))
    store = programs.Store.default()
    for source in (source for image in programs.images(["jobset"]).values() for source in image.sources):
        store.home(source).mkdir(parents=True)
    assert programs.obtain(["jobset"]) == programs.obtain(["jobset"]) == store
