"""The plugin's process on the shared cluster: one for each combination of settings."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.kubernetes_plugin.plugin import Plugin
from tests.support.cluster import TestCluster


class Start:
    """Gives the plugin with settings beyond the kubeconfig, started on first use."""

    def __init__(self, kubeconfig: str, stack: ExitStack) -> None:
        self._kubeconfig = kubeconfig
        self._stack = stack
        self._started: dict[str, Plugin] = {}

    def __call__(self, environ: dict[str, str] | None = None, **settings: str) -> Plugin:
        key = json.dumps([environ, settings], sort_keys=True)
        if key not in self._started:
            plugin = Plugin({"kubeconfig": self._kubeconfig, **settings}, environ)
            self._started[key] = self._stack.enter_context(closing(plugin))
        return self._started[key]


@pytest.fixture(scope="session")
def start(cluster: TestCluster) -> Generator[Start]:
    """Starts the plugin."""
    with ExitStack() as stack:
        yield Start(Path(cluster.kubeconfig).read_text(), stack)


@pytest.fixture(scope="session")
def plugin(start: Start) -> Plugin:
    """The plugin as our own providers configure it."""
    return start(upsertExistingObjects="true", clusterIdentifier="test")


@pytest.fixture(scope="session")
def namespace(cluster: TestCluster) -> str:
    """A namespace for the plugin's tests, each of which has objects of its own names in it."""
    cluster.kubectl("create", "namespace", "plugin")
    cluster.wait("serviceaccount/default", "create", "plugin")
    return "plugin"
