"""The local stack, brought up once for the tests that look at it."""

from collections.abc import Generator

import pytest

from tests.support.project import ROOT, StackCopy, project

LOCAL = (ROOT / "stacks" / "Pulumi.local.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="package")
def platform() -> Generator[StackCopy]:
    """The embedded default, up."""
    with project({"local": LOCAL}) as copy:
        stack = copy.stack("local")
        outcome = stack.up()
        assert outcome.status == 0, outcome.output
        yield stack
