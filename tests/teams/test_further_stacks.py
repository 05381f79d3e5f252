"""Teams in a stack of their own, on the platform of another one, on the engine."""

from collections.abc import Generator

import pytest

from components.components_settings import ComponentsSettings
from tests.support.project import StackCopy, project
from tests.teams.stack import LANGUAGE, VISION, settings

pytestmark = pytest.mark.engine

ON = ("profiles", "podDefaults", "pipelines")
COMPONENTS = {name: {"enabled": name in ON} for name in ComponentsSettings().enabled()}
PLATFORM = settings(
    teams={"language": LANGUAGE}, teamDefaults={"elsewhere": ["vision"]}, components=COMPONENTS
)
CLUSTER = {"provider": "existing", "stack": "organization/slipway/platform"}


def content(given: dict[str, object]) -> dict[str, object]:
    return {"config": {f"slipway:{name}": value for name, value in given.items()}}


def teams(**named: object) -> dict[str, object]:
    return content({"scope": "teams", "cluster": CLUSTER, "teams": named})


@pytest.fixture(scope="module")
def platform() -> Generator[StackCopy]:
    with project({"platform": content(PLATFORM), "teams": teams(vision=VISION)}) as copy:
        platform = copy.stack("platform")
        outcome = platform.up()
        assert outcome.status == 0, outcome.output
        done = platform.shell("pulumi stack init teams --non-interactive")
        assert done.returncode == 0, done.stderr
        yield platform


def pulumi(platform: StackCopy, command: str) -> tuple[int, str]:
    """Plain pulumi on the stack of teams, which shares the backend of the platform's."""
    done = platform.shell(f"pulumi {command} --stack teams --non-interactive")
    return done.returncode, done.stdout + done.stderr


def test_a_team_comes_with_the_keys_that_the_platform_made_for_it(platform: StackCopy) -> None:
    status, output = pulumi(platform, "up --yes --skip-preview")
    assert status == 0, output
    (key,) = [one["secretKey"] for one in platform.outputs()["teamKeys"].values()]
    assert len(key) > 10
    assert key not in (platform.state.parent / "teams.json").read_text(encoding="utf-8")
    read = "jsonpath={.data.secretkey}"
    command = f"kubectl get secret mlpipeline-minio-artifact -n vision -o '{read}' | base64 --decode"
    assert platform.shell(command).stdout == key
    status, output = pulumi(platform, "preview --expect-no-changes")
    assert status == 0, output


def test_a_team_without_keys_is_refused(platform: StackCopy) -> None:
    platform.project.write_stack("teams", teams(vision=VISION, speech=LANGUAGE))
    try:
        status, output = pulumi(platform, "preview")
    finally:
        platform.project.write_stack("teams", teams(vision=VISION))
    assert status != 0
    assert (
        "slipway:teams.speech: found a team for which stack organization/slipway/platform made no" in output
    )
    assert "Traceback" not in output
