"""The clouds' production stacks, as they are, find room for every pod on the nodes that they ask for."""

from pathlib import Path

import pytest

from tests.support.project import ROOT, project

from .support import Rehearsal, is_clean, rehearse

pytestmark = pytest.mark.engine


def _file(name: str) -> Path:
    return ROOT / "stacks" / f"Pulumi.{name}.yaml"


@pytest.mark.parametrize("cloud", ["aws", "gcp", "azure"])
def test_a_production_stack_finds_room_for_every_pod(cloud: str) -> None:
    name = f"{cloud}-prod"
    with project({name: _file(name).read_text()}) as copy:
        found = rehearse(copy.stack(name))
        assert found.status == 0, found.said
        assert found.report["pending"] == []
        assert found.report["refused"] == {}
        assert found.report["fits"] is True
        _fills_the_system_pool(found)
        assert is_clean(copy)


def _fills_the_system_pool(found: Rehearsal) -> None:
    """The platform is on it, with what its cloud and its charts bring, within what the stack allows."""
    assert found.report["pods"]["platform"] > 30
    assert found.report["pods"]["others"] > 30
    for pool in found.report["pools"]:
        assert pool["least"] <= pool["nodes"] <= pool["most"]
        assert sum(pool["zones"].values()) == pool["nodes"]
    (system,) = (pool for pool in found.report["pools"] if pool["pool"] == "system")
    assert len([zone for zone, count in system["zones"].items() if count]) == 3
    for resource in ("cpu", "memory", "pods"):
        filled = system["resources"][resource]
        assert 0 < filled["percent"] <= 100
        assert filled["platform"] != "0"
