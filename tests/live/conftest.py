"""One platform on a live cluster for all tests of this folder, brought up and removed as a user does.

`SLIPWAY_LIVE_PROJECT` names a checkout whose stack `live` is up already: the tests use that one and leave it.
"""

import os
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.node import obstacle
from tests.live.platform import STACK, LivePlatform
from tests.support.project import ROOT, ProjectCopy, StackCopy, project

_GIVEN = "SLIPWAY_LIVE_PROJECT"
# Says `required` where a test that does not run is a failure.
_WANTED = "SLIPWAY_LIVE_TESTS"
# It looks at what all others have made controllers do.
_LAST = "test_fidelity"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark and order the tests of this folder, and skip them where no live node can run."""
    here = Path(__file__).parent
    places = [number for number, item in enumerate(items) if item.path.is_relative_to(here)]
    ordered = sorted((items[number] for number in places), key=lambda item: item.path.stem == _LAST)
    reason = obstacle() if places else None
    if reason and os.environ.get(_WANTED) == "required":
        raise pytest.UsageError(f"{_WANTED}=required, and {reason}")
    for number, item in zip(places, ordered, strict=True):
        items[number] = item
        item.add_marker(pytest.mark.engine)
        item.add_marker(pytest.mark.live)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def platform() -> Generator[LivePlatform]:
    """The stack `live`, up; at the end it is brought down and has to leave nothing."""
    with _stack() as stack:
        yield LivePlatform(stack.cluster, str(stack.cluster / "kubeconfig.yaml"), stack, stack.outputs())


@contextmanager
def _stack() -> Generator[StackCopy]:
    if given := os.environ.get(_GIVEN):
        yield ProjectCopy(Path(given).absolute()).stack(STACK)
        return
    with project({STACK: (ROOT / "stacks" / f"Pulumi.{STACK}.yaml").read_text()}) as copy:
        stack = copy.stack(STACK)
        up = stack.up()
        if up.status:
            pytest.fail(f"the live platform is not up:\n{up.output}", pytrace=False)
        yield stack
        down = stack.down()
        assert down.status == 0, down.output
        left = stack.check()
        assert left.status == 0, left.output


@pytest.fixture
def namespace(platform: LivePlatform) -> Generator[str]:
    """A namespace of the test's own, of no team."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    platform.kubectl("create", "namespace", name)
    platform.wait("serviceaccount/default", "create", name)
    yield name
    platform.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def team(platform: LivePlatform) -> str:
    """The namespace of the platform's first team, with all that a team gets."""
    return platform.teams[0]
