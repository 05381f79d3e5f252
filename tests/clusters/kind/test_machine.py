"""A machine that cannot run a kind cluster is told so, with what mends it."""

from pathlib import Path

import pytest

from components.clusters.kind import program
from components.clusters.kind.machine import MachineError, container_engine, problems
from tests.clusters.kind.fakes import Programs, limits


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}:/bin:/usr/bin")
    return Programs(directory)


def test_an_engine_that_answers_is_taken(programs: Programs) -> None:
    assert container_engine(None) == "docker"
    assert programs.asked == ["docker info"]


def test_without_an_engine_there_is_one_error_that_names_each_and_another_cluster(programs: Programs) -> None:
    programs.mark("silent")
    with pytest.raises(MachineError) as refused:
        container_engine(None)
    text = str(refused.value)
    assert "docker: Cannot connect to the Docker daemon" in text
    assert "podman: not installed" in text
    assert "simulated needs none" in text


def test_an_engine_that_is_chosen_is_the_only_one_asked(programs: Programs) -> None:
    with pytest.raises(MachineError, match=r"\(podman: not installed\)"):
        container_engine("podman")
    assert programs.asked == []


def test_limits_that_are_too_low_come_with_the_command_that_raises_them(tmp_path: Path) -> None:
    low = limits(tmp_path, max_user_watches=8192, max_user_instances=128)
    (text,) = problems(gpus=False, engine="docker", sysctl=low)
    assert "fs.inotify.max_user_watches is 8192, needed is 524288" in text
    assert "`sudo sysctl -w fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512`" in text


def test_limits_that_are_high_enough_and_a_system_without_them_are_no_problem(tmp_path: Path) -> None:
    high = limits(tmp_path / "high", max_user_watches=524288, max_user_instances=512)
    assert list(problems(gpus=False, engine="docker", sysctl=high)) == []
    assert list(problems(gpus=False, engine="docker", sysctl=tmp_path / "none")) == []


def test_gpus_without_their_toolkit_are_refused_with_the_commands(programs: Programs, tmp_path: Path) -> None:
    (text,) = problems(gpus=True, engine="docker", sysctl=tmp_path / "none")
    assert "no nvidia-ctk" in text
    assert "accept-nvidia-visible-devices-as-volume-mounts=true" in text
    toolkit = programs.directory / "nvidia-ctk"
    toolkit.write_text("#!/bin/sh\n")
    toolkit.chmod(0o755)
    (text,) = problems(gpus=True, engine="docker", sysctl=tmp_path / "none")
    assert "Docker's default runtime is 'runc', not 'nvidia'" in text


def test_kind_on_path_is_taken(programs: Programs) -> None:
    assert program.kind() == programs.directory / "kind"


def test_a_download_whose_checksum_differs_is_no_program(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (programs.directory / "kind").unlink()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source = tmp_path / "release"
    source.write_text("not what was released")
    (tmp_path / "release.sha256sum").write_text("0" * 64 + "  kind-linux-amd64\n")
    monkeypatch.setattr(program.Kind, "PROGRAM", source.as_uri())
    monkeypatch.setenv("PATH", f"{programs.directory}:/nowhere")
    with pytest.raises(MachineError) as refused:
        program.kind()
    assert "download: its checksum is not the one of the release" in str(refused.value)
    assert "build: there is no Go" in str(refused.value)
    assert not (tmp_path / "cache" / "slipway" / "kind" / f"kind-{program.Kind.VERSION}").exists()


def test_a_download_is_kept_and_not_repeated(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib  # noqa: PLC0415

    (programs.directory / "kind").unlink()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source = tmp_path / "release"
    source.write_text("#!/bin/sh\n")
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    (tmp_path / "release.sha256sum").write_text(f"{digest}  kind-linux-amd64\n")
    monkeypatch.setattr(program.Kind, "PROGRAM", source.as_uri())
    first = program.kind()
    source.unlink()
    assert program.kind() == first
    assert first.stat().st_mode & 0o111
