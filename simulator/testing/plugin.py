"""Fixtures for pytest: a whole platform on a simulated cluster, for a session of tests.

In the conftest.py of the tests' root folder:

    pytest_plugins = ["simulator.testing.plugin"]

    @pytest.fixture(scope="session")
    def slipway_settings() -> dict[str, object]:
        return {"teams": {"vision": {"owner": "ann@example.com"}}}

and in a test:

    def test_a_team_has_a_quota(slipway_platform: Platform) -> None:
        assert slipway_platform.objects("resourcequotas")

Each process of pytest, so each worker of pytest-xdist, has a platform of its own: another folder, state,
cluster and other ports. Nothing of it is left when the session ends.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from simulator.testing.project import StackCopy, stack

POOLS = (
    {"name": "system", "count": 2, "cpu": "16", "memory": "64Gi"},
    {
        "name": "gpu",
        "count": 1,
        "cpu": "96",
        "memory": "1Ti",
        "accelerator": {"model": "NVIDIA H100 80GB HBM3", "count": 8},
    },
)
"""Nodes of the simulated cluster where the settings name none."""


@dataclass(frozen=True)
class Platform:
    """A platform that is up.

    Attributes:
        kubeconfig: file by which kubectl and every client of Kubernetes reach its cluster.
        outputs: the stack's outputs by name, secrets too.
        stack: the stack itself, to change its file and bring it up again, to preview, to look into its state.
    """

    kubeconfig: Path
    outputs: Mapping[str, Any] = field(repr=False)
    stack: StackCopy

    def kubectl(self, *arguments: str) -> str:
        """What kubectl prints; a failure is an AssertionError with what it said."""
        return self.stack.kubectl(*arguments)

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """The objects of a kind in all namespaces."""
        return self.stack.objects(kind)


@pytest.fixture(scope="session")
def slipway_settings() -> Mapping[str, object]:
    """Settings of the platform, by key as in a stack file without `slipway:`; override it to change them."""
    return {}


@pytest.fixture(scope="session")
def slipway_platform(slipway_settings: Mapping[str, object]) -> Generator[Platform]:
    """A platform with those settings, brought up once and removed at the end.

    Without `cluster` among them it stands on a simulated one with GPU nodes. Settings that are refused, and
    an engine that fails, are errors of this fixture with all that was printed.
    """
    settings = {"cluster": {"provider": "simulated", "nodePools": list(POOLS)}, **slipway_settings}
    with stack({"config": {f"slipway:{key}": value for key, value in settings.items()}}) as copy:
        outcome = copy.up()
        if outcome.status:
            pytest.fail(f"the platform is not up:\n{outcome.output}", pytrace=False)
        yield Platform(copy.cluster / "kubeconfig.yaml", copy.outputs(), copy)
