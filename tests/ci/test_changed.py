"""Which stacks a change touches."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from ci import changed
from ci.changed import touched
from simulator.driver.errors import DriverError
from simulator.driver.project import Project

STACKS = ("plain", "overlaid")


@pytest.fixture
def tree(tmp_path: Path) -> Project:
    """A project of two stacks, one of which has an overlay, under Git."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: slipway\nstackConfigDir: stacks\n")
    for name, config in (("plain", {}), ("overlaid", {"slipway:overlays": ["laptop", "own"]})):
        (tmp_path / "stacks" / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump({"config": config}))
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return Project.find(tmp_path)


def git(folder: Path, *arguments: str) -> str:
    own = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    return subprocess.run(
        ["git", *own, *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


def commit(folder: Path) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=change")
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.mark.parametrize(
    ("file", "stacks"),
    [
        ("stacks/Pulumi.plain.yaml", ["plain"]),
        ("overlays/laptop/overlay.yaml", ["overlaid"]),
        ("overlays/lap/overlay.yaml", []),
        ("overlays/production/overlay.yaml", []),
        ("overlays/layers.py", ["plain", "overlaid"]),
        ("stacks/settings.py", ["plain", "overlaid"]),
        ("components/versions.py", ["plain", "overlaid"]),
        ("requirements/run.txt", ["plain", "overlaid"]),
        ("requirements/dev.txt", []),
        ("docs/README.md", []),
        ("tests/kube/test_names.py", []),
        (".github/workflows/checks.yaml", []),
    ],
)
def test_a_file_touches_the_stacks_that_are_made_of_it(tree: Project, file: str, stacks: list[str]) -> None:
    assert touched(tree, STACKS, [file]) == stacks


def test_a_stack_that_is_not_there_is_refused(tree: Project) -> None:
    with pytest.raises(DriverError, match="there is no stack 'mistaken'"):
        touched(tree, ["mistaken"], [])


def test_the_command_compares_with_where_the_change_began(
    tree: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tree.root)
    base = commit(tree.root)
    git(tree.root, "branch", "base")
    (tree.root / "stacks" / "Pulumi.plain.yaml").write_text("config: {slipway:scope: cluster}\n")
    commit(tree.root)
    # What the base has got since then is not the change's.
    git(tree.root, "switch", "--quiet", "base")
    (tree.root / "components").mkdir()
    (tree.root / "components" / "new.py").write_text("")
    commit(tree.root)
    git(tree.root, "switch", "--quiet", "-")
    assert changed.main(["--base", "base", "--among", "plain overlaid"]) == 0
    assert json.loads(capsys.readouterr().out) == ["plain"]
    assert changed.main(["--base", base, "--among", "overlaid"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert changed.main(["--base", "no-such-commit", "--among", "plain"]) == 1
    assert "what differs from no-such-commit is not known" in capsys.readouterr().err
