"""A stack of teams alone declares for a team what the stack of the platform would."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from components.clusters.reference import referred
from components.platform.base_stack import BaseStack
from components.platform.images import pulling_images
from components.platform.teams_stack import deploy_teams_stack
from components.platform_settings import platform_settings
from components.settings_base import SettingsError
from tests.support.render import Rendered, mocked_cluster, render, run
from tests.teams.stack import VISION, of, settings

NAME = "organization/slipway/platform"
ELSEWHERE = {"teams": {}, "teamDefaults": {"elsewhere": ["vision"]}}


def platform(**changes: Any) -> Mapping[str, Any]:  # noqa: ANN401 # any value of a stack file
    """The outputs of a stack with the platform, as the backend keeps them."""
    return json.loads(json.dumps(render(settings(**{**ELSEWHERE, **changes})).outputs))


def stack(outputs: Mapping[str, Any], teams: Mapping[str, Any]) -> Rendered:
    """A stack of teams on that platform."""
    given = platform_settings(
        {"scope": "teams", "cluster": {"provider": "existing", "stack": NAME}, "teams": teams}
    )
    base = BaseStack(
        cluster=referred(outputs["contracts"]["cluster"], NAME),
        kubeconfig="kubeconfig-of-a-mock",
        contracts=outputs["contracts"],
        team_keys=outputs.get("teamKeys", {}),
    )
    rendered = Rendered()

    def program() -> pulumi.Output[None]:
        cluster = mocked_cluster(node_pools=base.cluster.node_pools)
        with pulling_images(given, None) as images:
            told = deploy_teams_stack(cluster, given, base, images)
        return pulumi.Output.from_input(told).apply(rendered.outputs.update)

    run(program, rendered)
    return rendered


def test_a_team_is_the_same_wherever_it_is_declared() -> None:
    here = render(settings(teams={"vision": VISION}))
    there = stack(platform(), {"vision": VISION})
    ours, theirs = of(here, "vision"), of(there, "vision")
    assert len(theirs) > 20
    assert set(ours) == set(theirs)
    # The password of a mock is named after whose it is, in both.
    assert {name for name in ours if ours[name] != theirs[name]} == set()
    assert there.outputs["teams"]["vision"]["owner"] == "ann@example.com"


def test_it_declares_nothing_but_its_teams() -> None:
    there = stack(platform(), {"vision": VISION})
    assert len(there.objects) == len(of(there, "vision"))


@pytest.mark.parametrize(
    ("changes", "teams", "says"),
    [
        ({}, {"speech": VISION}, "slipway:teams.speech: found a team for which stack organization/slipway"),
        ({"teams": {"speech": VISION}}, {"speech": VISION}, "slipway:teams.speech: found the name of a name"),
        ({}, {"vision": {**VISION, "nodePools": ["b"]}}, "slipway:teams.vision.nodePools: found 'b'"),
    ],
)
def test_what_the_platform_does_not_have_for_a_team_is_one_clear_error(
    changes: Mapping[str, Any], teams: Mapping[str, Any], says: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        stack(platform(**changes), teams)
    assert says in str(refusal.value)


def test_a_stack_that_has_a_cluster_alone_cannot_take_teams() -> None:
    outputs = {"contracts": {**platform()["contracts"]}}
    del outputs["contracts"]["teams"]
    with pytest.raises(SettingsError, match="which has no platform with profiles"):
        stack(outputs, {"vision": VISION})
