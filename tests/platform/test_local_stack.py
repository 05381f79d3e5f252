"""What a newcomer gets from `make up`."""

import json
import re

import pytest
import yaml

from tests.platform.conftest import LOCAL
from tests.support.project import StackCopy

pytestmark = pytest.mark.engine


def test_every_deployment_is_available(platform: StackCopy) -> None:
    deployments = platform.objects("deployments")
    assert len(deployments) >= 5
    for one in deployments:
        wanted, there = one["spec"]["replicas"], one["status"].get("availableReplicas", 0)
        assert there == wanted, one["metadata"]["name"]


def test_a_preview_shows_no_change_and_none_after_a_refresh(platform: StackCopy) -> None:
    before = platform.changes()
    assert set(before) == {"same"}
    refreshed = platform.refresh()
    assert refreshed.status == 0, refreshed.output
    assert platform.changes() == before


def test_changing_one_setting_shows_only_what_follows_from_it(platform: StackCopy) -> None:
    settings = yaml.safe_load(LOCAL)
    settings["config"]["slipway:components"] = {"dashboard": {"server": {"replicas": 2}}}
    platform.project.write_stack("local", settings)
    try:
        shown = platform.shell("pulumi preview --json --stack local --non-interactive")
        assert shown.returncode == 0, shown.stderr
        steps = [one for one in json.loads(shown.stdout)["steps"] if one["op"] != "same"]
        assert [(one["op"], one["urn"].rpartition("::")[2]) for one in steps] == [("update", "dashboard")]
        assert list(steps[0]["detailedDiff"]) == ["spec.replicas"]
    finally:
        platform.project.write_stack("local", LOCAL)


def test_the_menu_is_made_from_the_components_that_are_on(platform: StackCopy) -> None:
    (config,) = [
        one for one in platform.objects("configmaps") if one["metadata"]["name"] == "dashboard-config"
    ]
    menu = json.loads(config["data"]["links"])["menuLinks"]
    links = {one["link"] for entry in menu for one in entry.get("items", [entry])}
    assert {"/jupyter/", "/katib/", "/kserve-endpoints/", "/pipeline/#/runs", "/volumes/"} <= links


def test_the_outputs_tell_what_is_there(platform: StackCopy) -> None:
    outputs = platform.outputs()
    assert set(outputs) >= {"kubeconfig", "contracts", "components", "teams", "images", "footprint"}
    assert outputs.get("url") is None
    assert {"base", "profiles", "podDefaults", "notebooks", "dashboard"} <= set(outputs["components"])
    running = {
        container["image"]
        for one in platform.objects("deployments")
        for container in one["spec"]["template"]["spec"]["containers"]
    }
    assert running <= set(outputs["images"])


def test_its_three_teams_are_there_with_login_and_certificates(platform: StackCopy) -> None:
    teams = platform.outputs()["teams"]
    assert set(teams) == {"vision", "language", "forecasting"}
    namespaces = {one["metadata"]["name"]: one["metadata"] for one in platform.objects("namespaces")}
    assert {namespaces[team]["annotations"]["owner"] for team in teams} == {
        "ann@example.com",
        "dana@example.com",
        "emil@example.com",
    }
    available = {one["metadata"]["name"] for one in platform.objects("deployments")}
    assert {"dex", "oauth2-proxy"} <= available
    assert "kubeflow-gateway-tls" in {one["metadata"]["name"] for one in platform.objects("certificates")}


def test_no_key_of_the_cluster_stands_in_the_state_in_plain_text(platform: StackCopy) -> None:
    kubeconfig = platform.outputs()["kubeconfig"]
    keys = re.findall(r"client-key-data: (\S+)", kubeconfig)
    assert keys
    state = platform.state.read_text(encoding="utf-8")
    for key in keys:
        assert key not in state
    shown = platform.shell("pulumi stack output --stack local --non-interactive")
    assert "[secret]" in shown.stdout
    assert keys[0] not in shown.stdout + shown.stderr
