"""A cluster in which every API type of the platform is served."""

from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

from components.kube.api_types import load_api_types
from tests.support.cluster import TestCluster
from tests.support.validation import api_type_paths

from .samples import Sample
from .server import Server


@pytest.fixture(scope="package")
def types(cluster: TestCluster) -> Generator[TestCluster]:
    """The shared cluster, where every API type of the platform is served for the tests of this folder."""
    manifests = [manifest for path in api_type_paths() for manifest in load_api_types(path)]
    names = [f"crd/{manifest['metadata']['name']}" for manifest in manifests]
    cluster.apply(*map(_without_conversion, manifests))
    cluster.wait(" ".join(names), "condition=Established", "default")
    yield cluster
    cluster.kubectl("delete", *names)


@pytest.fixture(scope="package")
def verdict(types: TestCluster, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sample], str]:
    """What the API server says of a sample in a strict dry run: nothing where it accepts it."""
    server = Server(Path(types.kubeconfig), tmp_path_factory.mktemp("user"))
    said: dict[str, str] = {}

    def ask(sample: Sample) -> str:
        if sample.name not in said:
            said[sample.name] = server.refusal(sample.content)
        return said[sample.name]

    return ask


def _without_conversion(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """No webhook answers here, and versions are converted by name."""
    spec = {key: value for key, value in manifest["spec"].items() if key != "conversion"}
    return {**manifest, "spec": spec}
