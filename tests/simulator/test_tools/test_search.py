from __future__ import annotations

from pathlib import Path

import pytest

from simulator.tools import ToolError, ensure
from simulator.tools.catalog import TOOLS, Version, select

from .toolchain import Machine

PULUMI_PROGRAMS = (
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
)


@pytest.mark.parametrize(
    ("tool", "version", "fits"),
    [
        ("kubectl", "Client Version: v1.36.3\nKustomize Version: v5.8.1", True),
        ("kubectl", "Client Version: v1.36.11", True),
        ("kubectl", "Client Version: v1.36.0", True),
        ("kubectl", "Client Version: v1.35.9", False),
        ("kubectl", "Client Version: v1.37.0", False),
        ("kubectl", "Client Version: v2.36.3", False),
        ("kubectl", "Client Version: v1.36.3-dispatcher", False),
        ("kube-apiserver", "Kubernetes v1.36.1", True),
        ("kube-apiserver", "Kubernetes v1.36.0-rc.1", False),
        ("etcd", "etcd Version: 3.6.12\nGit SHA: 1", True),
        ("etcd", "etcd Version: 3.5.27\nGit SHA: 1", False),
        ("kwok", "kwok version v0.8.1 go1.26.8 (linux/amd64)", True),
        ("kwokctl", "kwokctl version v0.7.0 go1.26.8 (linux/amd64)", False),
        ("pulumi", "v3.250.0", True),
        ("pulumi", "v3.251.1", True),
        ("pulumi", "v3.249.9", False),
        ("pulumi", "v4.0.0", False),
        ("pulumi", "v3.260.0-alpha.1", False),
    ],
)
def test_which_versions_do(tool: str, version: str, fits: bool) -> None:
    found = Version.find(version)
    assert found is not None
    assert select([tool])[0].fits(found) is fits


def test_a_program_on_path_whose_version_fits_is_used(machine: Machine) -> None:
    kubectl = machine.install("kubectl", "Client Version: v1.36.7")
    tools = ensure(names=["kubectl"], report=machine.said.append)
    assert tools.sources == {"kubectl": "PATH"}
    assert tools.versions == {"kubectl": "1.36.7"}
    assert tools.path("kubectl").resolve() == kubectl
    assert machine.said == []


def test_a_program_on_path_of_another_minor_version_is_passed_over(machine: Machine) -> None:
    kubectl = machine.install("kubectl", "Client Version: v1.32.4")
    machine.install_go()
    tools = ensure(names=["kubectl"], report=machine.said.append)
    assert tools.sources == {"kubectl": "built from Go modules"}
    assert tools.path("kubectl").resolve() != kubectl


def test_a_program_that_fits_is_found_behind_one_that_does_not(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.install("kubectl", "Client Version: v1.32.4")
    fitting = machine.install("kubectl", "Client Version: v1.36.3", into=tmp_path / "later")
    monkeypatch.setenv("PATH", f"{machine.path}:{tmp_path / 'later'}")
    assert ensure(names=["kubectl"]).path("kubectl").resolve() == fitting


@pytest.mark.parametrize(
    ("prints", "status"), [("no version here", 0), ("Client Version: v1.36.3", 1), ("v1.36", 0)]
)
def test_a_program_that_does_not_tell_its_version_is_passed_over(
    machine: Machine, prints: str, status: int
) -> None:
    machine.install("kubectl", prints, status=status)
    with pytest.raises(ToolError, match="kubectl does not print a version"):
        ensure(names=["kubectl"], report=machine.said.append)


def test_a_file_on_path_that_cannot_be_run_is_passed_over(machine: Machine) -> None:
    machine.install("kubectl", "Client Version: v1.36.3").chmod(0o644)
    with pytest.raises(ToolError, match="PATH: there is no kubectl"):
        ensure(names=["kubectl"], report=machine.said.append)


def test_pulumi_on_path_brings_the_language_host_that_lies_beside_it(
    machine: Machine, tmp_path: Path
) -> None:
    for name in PULUMI_PROGRAMS:
        machine.install(name, "v3.260.0", into=tmp_path / "opt")
    (machine.path / "pulumi").symlink_to(tmp_path / "opt" / "pulumi")
    tools = ensure(names=["pulumi"])
    assert {tools.path(name).resolve() for name in PULUMI_PROGRAMS} == {
        tmp_path / "opt" / name for name in PULUMI_PROGRAMS
    }


def test_pulumi_without_a_language_host_beside_it_is_passed_over(machine: Machine) -> None:
    machine.install("pulumi", "v3.260.0")
    machine.install("pulumi-language-python", "")
    with pytest.raises(ToolError) as caught:
        ensure(names=["pulumi"], report=machine.said.append)
    missing = "has no pulumi-language-python-exec, pulumi-resource-pulumi-python beside it"
    assert missing in str(caught.value)


def test_a_program_on_path_is_asked_for_its_version_only_once(machine: Machine) -> None:
    kubectl = machine.install("kubectl", "Client Version: v1.36.7")
    etcd = machine.install("etcd", "etcd Version: 3.5.0")
    machine.install_go()
    for _ in range(3):
        ensure(names=["kubectl", "etcd"], report=machine.said.append)
    assert machine.asked(kubectl) == 1
    assert machine.asked(etcd) == 1


def test_a_program_that_was_replaced_is_asked_again(machine: Machine) -> None:
    machine.install("kubectl", "Client Version: v1.36.7")
    ensure(names=["kubectl"])
    machine.install("kubectl", "Client Version: v1.36.10")
    assert ensure(names=["kubectl"]).versions == {"kubectl": "1.36.10"}


def test_path_comes_before_the_cache(machine: Machine) -> None:
    machine.install_go()
    assert ensure(names=["etcd"], report=machine.said.append).sources == {"etcd": "built from Go modules"}
    assert ensure(names=["etcd"]).sources == {"etcd": "cache"}
    machine.install("etcd", "etcd Version: 3.6.9")
    assert ensure(names=["etcd"]).sources == {"etcd": "PATH"}


def test_the_folder_of_links_on_path_still_counts_as_the_cache(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.install_go()
    first = ensure(names=["etcd"], report=machine.said.append)
    machine.install("etcd", "etcd Version: 3.6.8", into=first.path("etcd").resolve().parent)
    monkeypatch.setenv("PATH", f"{first.directory}:{machine.path}")
    again = ensure(names=["etcd"], report=machine.said.append)
    assert again.sources == {"etcd": "cache"}
    assert again.directory == first.directory


def test_a_misspelt_tool_is_refused_before_anything_is_done(machine: Machine) -> None:
    with pytest.raises(ToolError, match=r"unknown tool kubctl: allowed are .*, etcd, .*, kube-apiserver, "):
        ensure(names=["kubctl"])
    assert not machine.cache.exists()


def test_a_tool_that_was_not_asked_for_is_refused(machine: Machine) -> None:
    machine.install("kubectl", "Client Version: v1.36.7")
    with pytest.raises(ToolError, match="no tool etcd was asked for: there are kubectl"):
        ensure(names=["kubectl"]).path("etcd")


def test_the_cache_is_where_the_environment_says(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.install("kubectl", "Client Version: v1.36.7")
    monkeypatch.delenv("SLIPWAY_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert ensure(names=["kubectl"]).directory.parent == tmp_path / "xdg" / "slipway" / "tools"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert ensure(names=["kubectl"]).directory.parent == tmp_path / "home" / ".cache" / "slipway" / "tools"


def test_no_two_tools_have_a_program_of_the_same_name() -> None:
    programs = [program for tool in TOOLS for program in tool.programs]
    assert len(programs) == len(set(programs))
