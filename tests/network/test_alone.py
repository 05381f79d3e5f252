"""Whatever a component names is open to it, whichever others are off."""

import pytest
import yaml

from components.components_settings import ComponentsSettings
from tests.matrix.index import Index
from tests.network.needs import said
from tests.network.scene import network
from tests.network.test_openings import NO_ADDRESS
from tests.support.render import MINIMAL, render

_TEAMS = {"teams": {"team-a": {"owner": "ann@example.com"}, "team-b": {"owner": "bob@example.com"}}}


@pytest.mark.parametrize("component", ComponentsSettings().enabled())
def test_what_one_component_and_its_teams_name_is_open(component: str) -> None:
    on = {name: {"enabled": True} for name in ("profiles", "podDefaults", component)}
    rendered = render({**yaml.safe_load(MINIMAL), **_TEAMS}, webhooks=True, **on)
    there = network(rendered.objects)
    found = [one for one in said(Index.of(rendered.objects)) if _counts(one.source.name, one.target.name)]
    assert found
    assert [str(one) for one in found if not there.allows(one.source, one.target, one.port)] == []


def _counts(source: str, target: str) -> bool:
    return (source, target) not in NO_ADDRESS
