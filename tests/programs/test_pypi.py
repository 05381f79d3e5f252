"""Python packages of live pods: complete by themselves, and compiled before a container runs them."""

import importlib.util
import os
from pathlib import Path

import pytest

from simulator.programs import pypi
from simulator.programs.model import PythonPackages
from simulator.tools.errors import UnavailableError
from simulator.tools.progress import Unseen


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, *imports: str) -> Path:
    """Install no package into a folder that has the modules `used` and `unused`; return that folder."""
    lock = folder / "lock.txt"
    lock.touch()

    def requirements(_: PythonPackages) -> Path:
        return lock

    monkeypatch.setattr(pypi, "requirements", requirements)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    site = folder / "stage" / pypi.SITE
    site.mkdir(parents=True)
    for name in ("used", "unused"):
        (site / f"{name}.py").touch()
    source = PythonPackages(name="some", version="1.0.0", imports=imports)
    with Path(os.devnull).open("w") as log:
        pypi.install(source, folder / "stage", log, Unseen())
    return site


def test_what_pods_import_is_compiled_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = install(tmp_path, monkeypatch, "used")
    assert Path(importlib.util.cache_from_source(str(site / "used.py"))).is_file()
    assert not Path(importlib.util.cache_from_source(str(site / "unused.py"))).exists()


@pytest.mark.parametrize("missing", ["no_such_module", "pip"])
def test_packages_that_lack_something_are_refused_also_where_the_machine_has_it(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnavailableError, match=f"used, {missing} could not be imported"):
        install(tmp_path, monkeypatch, "used", missing)
