"""The project is found from where one is, and a wrong stack is refused with what to do."""

from pathlib import Path

import pytest

from simulator.driver.cli import main
from simulator.driver.errors import DriverError
from simulator.driver.home import Home
from simulator.driver.project import Project


def test_the_project_is_found_from_a_folder_below_it(root: Path) -> None:
    below = root / "stacks"
    assert Project.find(below).root == root
    assert Project.find(below).stacks() == ["cloud", "local"]


def test_a_folder_that_belongs_to_no_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DriverError, match=r"belongs to no Pulumi project: there is no Pulumi\.yaml"):
        Project.find(tmp_path)


@pytest.mark.parametrize("command", ["up", "preview", "refresh", "down", "env", "check", "status"])
def test_a_stack_without_a_file_is_refused_by_every_command(
    command: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--stack", "staging"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("error:") == 1
    assert "there is no stack 'staging'" in printed.err
    assert "Stacks here: cloud, local" in printed.err
    assert not (root / ".slipway").exists()


@pytest.mark.parametrize("name", ["", "a/b", "../local", "x" * 101, "two words"])
def test_a_name_that_pulumi_would_not_take_is_refused(name: str, root: Path) -> None:
    with pytest.raises(DriverError, match="is no stack's name"):
        Project.find(root).stack(name)


def test_a_stack_file_that_is_no_yaml_is_named(root: Path) -> None:
    (root / "stacks" / "Pulumi.broken.yaml").write_text("config: [")
    with pytest.raises(DriverError, match=r"Pulumi\.broken\.yaml cannot be read: .*expected"):
        Project.find(root).stack("broken")


def test_a_stack_is_local_where_its_cluster_is_on_this_machine(root: Path) -> None:
    project = Project.find(root)
    assert project.stack("local").is_local
    assert not project.stack("cloud").is_local


def test_a_relative_home_counts_from_the_projects_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root / "stacks")
    monkeypatch.setenv("SLIPWAY_HOME", "elsewhere")
    assert Home.of(Project.find().stack("local")).root == root / "elsewhere"


def test_the_home_can_be_read_by_its_owner_only(home: Home) -> None:
    assert home.root.stat().st_mode & 0o777 == 0o700


def test_a_home_that_cannot_be_written_is_refused_with_what_to_do(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "taken").write_text("a file")
    monkeypatch.setenv("SLIPWAY_HOME", "taken")
    with pytest.raises(DriverError, match=r"cannot be written: .*Set SLIPWAY_HOME to a folder that can"):
        Home.of(Project.find().stack("local")).create()


def test_a_home_with_a_space_in_its_path_is_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLIPWAY_HOME", "my stacks")
    assert main(["up"]) == 1
    assert "my stacks has a space in it" in capsys.readouterr().err
    assert not (root / "my stacks").exists()


def test_a_stack_elsewhere_needs_a_backend(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "--stack", "cloud"]) == 1
    assert "stack 'cloud' (cluster.provider: existing) is not local, and there is no backend" in (
        capsys.readouterr().err
    )
    assert not (root / ".slipway").exists()


def test_a_stack_elsewhere_whose_secrets_have_a_passphrase_needs_it(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://state")
    with (root / "stacks" / "Pulumi.cloud.yaml").open("a") as file:
        file.write("encryptionsalt: v1:abc\n")
    assert main(["up", "--stack", "cloud"]) == 1
    assert "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE" in capsys.readouterr().err


def test_a_command_that_hands_nothing_on_refuses_what_it_does_not_know(root: Path) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--stakc", "local"])
