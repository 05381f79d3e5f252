"""A project that is only files for the tests without the engine, and one small stack for those with it."""

from collections.abc import Generator
from pathlib import Path

import pytest

from simulator.driver.home import Home
from simulator.driver.project import Project
from tests.driver.whole import small
from tests.support.project import StackCopy, stack

LOCAL = "config:\n  slipway:cluster:\n    provider: simulated\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a project with the stacks `local` and `cloud`, made the current one."""
    root = tmp_path / "project"
    (root / "stacks").mkdir(parents=True)
    (root / "Pulumi.yaml").write_text(
        "name: slipway\nruntime: python\nmain: stacks\nstackConfigDir: stacks\n"
    )
    (root / "stacks" / "Pulumi.local.yaml").write_text(LOCAL)
    (root / "stacks" / "Pulumi.cloud.yaml").write_text(LOCAL.replace("simulated", "existing"))
    monkeypatch.chdir(root)
    for name in ("SLIPWAY_HOME", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "pulumi"))
    monkeypatch.setenv("SLIPWAY_CACHE", str(tmp_path / "cache"))
    return root


@pytest.fixture
def home(root: Path) -> Home:
    """The home of the stack `local`, with its folders."""
    home = Home.of(Project.find(root).stack("local"))
    home.create()
    return home


@pytest.fixture
def said() -> list[str]:
    """What the driver said: pass `said.append`."""
    return []


@pytest.fixture(scope="session")
def running() -> Generator[StackCopy]:
    """A small stack that is up. Tests may break it, and leave it whole: see `assert_whole`."""
    with stack(small(components=False)) as copy:
        begun = copy.up()
        assert begun.status == 0, begun.output
        yield copy
