"""The fixtures for tests of a platform, as others use them: pytest in processes of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from components.components_settings import ComponentsSettings

pytestmark = pytest.mark.engine

OFF = {name: {"enabled": name == "podDefaults"} for name in ComponentsSettings().enabled()}

CONFTEST = """
import pytest

pytest_plugins = ["simulator.testing.plugin"]


@pytest.fixture(scope="session")
def slipway_settings():
    return {settings}
"""

TESTS = """
import json, os, pathlib


def test_the_platform_answers(slipway_platform):
    names = [one["metadata"]["name"] for one in slipway_platform.objects("deployments")]
    told = {"folder": str(slipway_platform.stack.project.root), "deployments": names}
    told["kubeconfig"] = slipway_platform.kubeconfig.read_text()
    told["components"] = list(slipway_platform.outputs["components"])
    slipway_platform.kubectl("create", "namespace", os.environ["OWN_NAMESPACE"])
    told["namespaces"] = slipway_platform.kubectl("get", "namespaces", "--output=name").split()
    pathlib.Path("told.json").write_text(json.dumps(told))


def test_it_is_the_same_one_in_the_next_test(slipway_platform):
    told = json.loads(pathlib.Path("told.json").read_text())
    assert told["folder"] == str(slipway_platform.stack.project.root)
"""


def started(folder: Path, settings: object, worker: str) -> subprocess.Popen[str]:
    """Pytest on tests in a folder, as one worker of several."""
    folder.mkdir()
    (folder / "conftest.py").write_text(CONFTEST.replace("{settings}", repr(settings)))
    (folder / "test_it.py").write_text(TESTS)
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--rootdir={folder}", str(folder)],
        cwd=folder,
        env={**os.environ, "OWN_NAMESPACE": f"of-{worker}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_two_workers_have_platforms_of_their_own_and_leave_nothing(tmp_path: Path) -> None:
    workers = ("gw0", "gw1")
    runs = {name: started(tmp_path / name, {"components": OFF}, name) for name in workers}
    for run in runs.values():
        printed, _ = run.communicate()
        assert run.returncode == 0, printed
        assert "2 passed" in printed
    first, second = (json.loads((tmp_path / name / "told.json").read_text()) for name in workers)
    assert first["deployments"] == second["deployments"] != []
    assert "podDefaults" in first["components"]
    assert "notebooks" not in first["components"]
    assert first["kubeconfig"] != second["kubeconfig"]
    assert "namespace/of-gw0" in first["namespaces"]
    assert "namespace/of-gw0" not in second["namespaces"]
    for folder in (first["folder"], second["folder"]):
        assert not Path(folder).exists()
        assert not [one for one in psutil.process_iter(["cwd"]) if one.info["cwd"] == folder]


def test_settings_that_are_refused_fail_with_their_reason(tmp_path: Path) -> None:
    run = started(tmp_path / "wrong", {"components": {"podDefault": {"enabled": True}}}, "gw0")
    printed, _ = run.communicate()
    assert run.returncode == 1
    assert "the platform is not up" in printed
    assert "podDefault" in printed
    assert "2 errors" in printed
