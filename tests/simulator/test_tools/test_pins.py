from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.tools import gomod, helm, live, versions
from simulator.tools.catalog import TOOLS, GoProgram
from simulator.tools.gobuild import MODULES

BUILDS = [program for tool in (*TOOLS, *live.TOOLS, *helm.TOOLS) for program in tool.build]
# The others are of this project: modules of theirs pin what they import.
RELEASED = [program for program in BUILDS if not program.package.startswith("slipway/")]
STAGING_VERSION = "v0." + versions.KUBERNETES.removeprefix("1.")


@pytest.mark.parametrize("program", RELEASED, ids=lambda program: program.name)
def test_each_program_is_pinned_to_the_version_it_is_known_by(program: GoProgram) -> None:
    pins = gomod.versions(MODULES / program.module)
    own = [path for path in pins if program.package == path or program.package.startswith(f"{path}/")]
    assert pins[max(own, key=len)] == f"v{program.version}"


@pytest.mark.parametrize("program", BUILDS, ids=lambda program: program.name)
def test_each_program_is_declared_as_a_tool_of_its_module(program: GoProgram) -> None:
    text = (MODULES / program.module / "go.mod").read_text()
    assert re.search(rf"^(tool )?\s*{re.escape(program.package)}$", text, re.MULTILINE)


@pytest.mark.parametrize("folder", sorted(MODULES.iterdir()), ids=lambda folder: folder.name)
def test_each_pin_has_its_checksum(folder: Path) -> None:
    sums = {tuple(line.split()[:2]) for line in (folder / "go.sum").read_text().splitlines()}
    missing = [
        path for path, version in gomod.versions(folder).items() if (path, f"{version}/go.mod") not in sums
    ]
    assert missing == []


@pytest.mark.parametrize("folder", sorted(MODULES.iterdir()), ids=lambda folder: folder.name)
def test_the_oldest_go_is_told_rightly(folder: Path) -> None:
    match = re.search(r"^go (\d+)\.(\d+)", (folder / "go.mod").read_text(), re.MULTILINE)
    assert match is not None
    assert tuple(map(int, match.groups())) <= tuple(map(int, versions.GO.split(".")))


def test_kubernetes_is_pinned_with_the_libraries_of_its_release() -> None:
    released_with_it = {
        "k8s.io/api",
        "k8s.io/apiserver",
        "k8s.io/client-go",
        "k8s.io/kubectl",
        "k8s.io/kubelet",
    }
    pins = gomod.versions(MODULES / "kubernetes")
    assert {pins[path] for path in released_with_it} == {STAGING_VERSION}
    assert "v0.0.0" not in pins.values()


def test_etcd_is_the_version_that_kubernetes_is_built_against() -> None:
    assert gomod.versions(MODULES / "kubernetes")["go.etcd.io/etcd/client/v3"] == f"v{versions.ETCD}"


def test_coredns_is_the_version_it_is_known_by() -> None:
    assert gomod.versions(MODULES / "coredns")["github.com/coredns/coredns"] == f"v{versions.COREDNS}"
