"""Settings of a GKE cluster: what is refused, and what is meant where nothing is said."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.clusters.gcp.cluster import GcpArgs
from components.settings_base import SettingsError
from tests.clusters.gcp.graph import PLAIN, settings_of, stack

WRONG: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("wrong_settings.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("what", WRONG)
def test_wrong_settings_are_refused_by_one_clear_error(what: str) -> None:
    case = WRONG[what]
    given = {**PLAIN, **case.get("with", {})}
    if "pool" in case:
        given["nodePools"] = [*PLAIN["nodePools"], case["pool"]]
    with pytest.raises(SettingsError) as refusal:
        settings_of(given)
    for words in case["says"]:
        assert words in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["gcp-dev", "gcp-prod"])
def test_the_stack_files_are_taken(name: str) -> None:
    assert settings_of(stack(name)).provider == "gcp"


def test_a_project_and_a_region_are_enough() -> None:
    settings = settings_of({"provider": "gcp", "project": "acme-ml", "region": "europe-west4"})
    pools = {pool.name: pool for pool in settings.contracts()}
    assert pools["system"].min_nodes == 1
    assert (pools["gpu"].min_nodes, pools["gpu"].accelerator is not None) == (0, True)
    assert not settings.endpoint.public
    assert settings.deletion_protection
    assert settings.encryption.enabled


def test_the_first_window_is_on_a_day_of_the_recurrence() -> None:
    given = {**PLAIN, "upgrades": {"days": ["SU", "WE"], "start": "22:30", "hours": 6}}
    start, end, recurrence = settings_of(given).upgrades.window
    assert (start, end) == ("2026-01-07T22:30:00Z", "2026-01-08T04:30:00Z")
    assert recurrence == "FREQ=WEEKLY;BYDAY=WE,SU"


def test_a_cluster_has_the_name_of_its_stack_unless_it_says() -> None:
    assert GcpArgs(settings=settings_of(PLAIN), stack="gcp-dev").name == "gcp-dev"
    assert GcpArgs(settings=settings_of({**PLAIN, "name": "ml"}), stack="gcp-dev").name == "ml"


def test_a_stack_whose_name_gke_does_not_take_has_to_name_its_cluster() -> None:
    with pytest.raises(SettingsError, match=r"slipway:cluster\.name: is missing, and 'GCP_Dev'"):
        _ = GcpArgs(settings=settings_of(PLAIN), stack="GCP_Dev").name
