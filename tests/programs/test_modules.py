"""What Go programs are compiled with: the same libraries, so that Go compiles them once for all.

Compiling the libraries of Kubernetes for each program anew would take three times as long.
"""

import re
from pathlib import Path

import pytest

from simulator.programs.store import HERE
from simulator.tools.gobuild import MODULES, unshared
from simulator.tools.gomod import versions

SHARED = MODULES / "kubernetes"
SMALL = HERE / "modules/oauth2-proxy"
"""Needs little of what others are compiled with: nothing is won."""

LIVE = [
    *sorted({*(HERE / "modules").iterdir()} - {SMALL}),
    MODULES / "containerd",
    MODULES / "coredns",
    MODULES / "helm",
]
CLIENTS = ("k8s.io/api", "k8s.io/apimachinery", "k8s.io/client-go")

CONTROLLERS = "v0.35.2"
"""Of the clients where a program is compiled with controller-runtime: its older versions go with no later."""

OTHER_CLIENTS = {
    "argo": "v0.33.1",  # Its own type of labels lacks a method that later ones ask for.
    "kserve": "v0.34.3",  # It copies the type of a pod field by field, and a later one has more.
}
LIBRARIES_OF_ITS_OWN = {
    "argo": {"github.com/google/gnostic-models", "k8s.io/kube-openapi"},  # Those of its older clients.
    "containerd": {"cyphar.com/go-pathrs"},  # One patch older.
}


def of_kubernetes(library: str, version: str) -> bool:
    """Whether a library is released with Kubernetes, under its number."""
    return library.startswith("k8s.io/") and re.match(r"v0\.[1-9]\d\.", version) is not None


@pytest.mark.parametrize("folder", LIVE, ids=lambda folder: folder.name)
def test_libraries_have_the_version_that_kubernetes_programs_are_compiled_with(folder: Path) -> None:
    shared = versions(SHARED)
    found = {
        library
        for library, version in versions(folder).items()
        if shared.get(library, version) != version and not of_kubernetes(library, version)
    }
    assert found == LIBRARIES_OF_ITS_OWN.get(folder.name, set())


@pytest.mark.parametrize("folder", LIVE, ids=lambda folder: folder.name)
def test_clients_of_the_api_have_one_version(folder: Path) -> None:
    mine = versions(folder)
    found = {mine[library] for library in CLIENTS if library in mine}
    expected = versions(SHARED)["k8s.io/client-go"]
    if "sigs.k8s.io/controller-runtime" in mine:
        expected = CONTROLLERS
    assert found <= {OTHER_CLIENTS.get(folder.name, expected)}


def test_what_a_tool_is_compiled_with_is_compiled_the_same_way_for_programs() -> None:
    faster = unshared(HERE / "modules/trainer")
    assert {"github.com/kubeflow/trainer/v2", "sigs.k8s.io/controller-runtime", "k8s.io/api"} <= {*faster}
    assert {"k8s.io/klog/v2", "k8s.io/kube-openapi", "google.golang.org/protobuf"}.isdisjoint(faster)
