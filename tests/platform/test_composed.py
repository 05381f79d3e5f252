"""One stack has the cluster, another one installs the platform on it."""

from collections.abc import Generator

import pytest

from components.components_settings import ComponentsSettings
from tests.support.project import ProjectCopy, project

pytestmark = pytest.mark.engine

ON = ("profiles", "podDefaults", "dashboard")
COMPONENTS = {name: {"enabled": name in ON} for name in ComponentsSettings().enabled()}
BASE = {"config": {"slipway:scope": "cluster", "slipway:cluster": {"provider": "simulated"}}}


def platform(stack: str, **components: object) -> dict[str, object]:
    cluster = {"provider": "existing", "stack": f"organization/slipway/{stack}"}
    return {"config": {"slipway:cluster": cluster, "slipway:components": {**COMPONENTS, **components}}}


@pytest.fixture(scope="module")
def copy() -> Generator[ProjectCopy]:
    with project({"base": BASE, "platform": platform("base")}) as copy:
        outcome = copy.stack("base").up()
        assert outcome.status == 0, outcome.output
        status, output = pulumi(copy, "stack init", "platform")
        assert status == 0, output
        yield copy


def pulumi(copy: ProjectCopy, command: str, name: str = "--stack platform") -> tuple[int, str]:
    """Plain pulumi on the second stack, which shares the backend of the first."""
    done = copy.stack("base").shell(f"pulumi {command} {name} --non-interactive")
    return done.returncode, done.stdout + done.stderr


def test_a_platform_comes_and_goes_and_the_cluster_of_the_other_stack_stays(copy: ProjectCopy) -> None:
    status, output = pulumi(copy, "up --yes --skip-preview")
    assert status == 0, output
    base = copy.stack("base")
    assert {one["metadata"]["name"] for one in base.objects("deployments")} >= {"dashboard"}
    status, output = pulumi(copy, "preview --expect-no-changes")
    assert status == 0, output
    assert "found Kubernetes" in output
    state = (base.state.parent / "platform.json").read_text(encoding="utf-8")
    assert "client-key-data" not in state
    status, output = pulumi(copy, "destroy --yes --skip-preview")
    assert status == 0, output
    assert base.objects("deployments") == []
    assert len(base.objects("nodes")) == 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (platform("none"), "found 'organization/slipway/none', whose outputs cannot be read"),
        (
            platform("base", dashboard={"server": {"placement": {"nodePool": "elsewhere"}}}),
            "placement.nodePool: found 'elsewhere'; allowed: a node pool of this stack (system, gpu)",
        ),
    ],
)
def test_what_the_other_stack_does_not_have_is_one_clear_error(
    copy: ProjectCopy, content: dict[str, object], says: str
) -> None:
    copy.write_stack("platform", content)
    try:
        status, output = pulumi(copy, "preview")
        assert status != 0
        assert says in output
        assert "Traceback" not in output
    finally:
        copy.write_stack("platform", platform("base"))
