"""One stack with what the clients talk to, a team on it, and an environment for each client."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.components_settings import ComponentsSettings
from tests.clients.environments import LOCKED, NotMadeError, environment
from tests.clients.team import Team, found_team
from tests.support.project import StackCopy, stack
from tests.support.render import MINIMAL

_ON = ("trainer", "katib", "serving")


@pytest.fixture(scope="package")
def platform() -> Generator[StackCopy]:
    """Training, tuning and serving, up on a simulated cluster."""
    settings: dict[str, Any] = yaml.safe_load(MINIMAL)
    settings["components"] = {name: {"enabled": name in _ON} for name in ComponentsSettings().enabled()}
    with stack({"config": {f"slipway:{key}": value for key, value in settings.items()}}) as copy:
        outcome = copy.up()
        assert outcome.status == 0, outcome.output
        yield copy


@pytest.fixture(scope="module")
def client(request: pytest.FixtureRequest) -> str:
    """The client that a test module names by CLIENT."""
    return str(request.module.CLIENT)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


@pytest.fixture(scope="module")
def team(platform: StackCopy, client: str, tmp_path_factory: pytest.TempPathFactory) -> Team:
    """A team on that stack, for the tests of one client."""
    return found_team(platform, f"users-of-{client}", tmp_path_factory.mktemp("team"))


@pytest.fixture(scope="module")
def python(client: str) -> Path:
    """The Python of the client's environment."""
    try:
        return environment(LOCKED / f"{client}.txt")
    except NotMadeError as error:
        pytest.fail(str(error), pytrace=False)
