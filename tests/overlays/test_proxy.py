"""`proxy` leads what asks the internet through one address, and nothing that is inside."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from components.addons.cert_manager.settings import CertManagerSettings
from components.addons.cert_manager.values import values
from components.charts import ChartScope
from components.kube.running import Running, running
from components.settings_base import SettingsError
from tests.support.render import MINIMAL, render

from .shipped import changed, checked, plain, pod, rendered

GIVEN = {"http": "http://proxy.example.com:3128"}
NAMES = {"http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}


def variables(container: Mapping[str, Any]) -> dict[str, str]:
    return {one["name"]: one.get("value", "") for one in container.get("env", [])}


def test_every_container_of_the_platform_knows_the_proxy() -> None:
    for one in rendered("proxy", proxy=GIVEN).of("Deployment"):
        for container in [*pod(one)["containers"], *pod(one).get("initContainers", [])]:
            found = variables(container)
            assert found.keys() >= NAMES, one["metadata"]["name"]
            assert found["https_proxy"] == GIVEN["http"]


def test_the_pods_of_every_team_get_it_by_a_pod_default() -> None:
    spec = rendered("proxy", proxy=GIVEN).get("PodDefault", "proxy")["spec"]
    assert spec["selector"] == {"matchLabels": {}}
    assert {one["name"] for one in spec["env"]} == NAMES


def test_a_proxy_of_the_teams_takes_the_place_of_the_platforms() -> None:
    own = {"proxy": {"http": "http://other.example.com:1"}}
    spec = rendered("proxy", proxy=GIVEN, teamDefaults=own).get("PodDefault", "proxy")["spec"]
    assert {one["value"] for one in spec["env"] if one["name"] == "http_proxy"} == {own["proxy"]["http"]}


def test_the_api_server_services_and_the_machines_own_addresses_are_reached_without_it() -> None:
    container = pod(rendered("proxy", proxy=GIVEN).get("Deployment", "dashboard"))["containers"][0]
    found = set(variables(container)["no_proxy"].split(","))
    assert found >= {"localhost", "$(KUBERNETES_SERVICE_HOST)", ".svc", ".cluster.local", ".kubeflow"}
    assert found >= {"169.254.169.254", "metadata.google.internal"}


def test_services_that_programs_name_alone_are_reached_without_it() -> None:
    everything = render(f"{MINIMAL}\nproxy: {{http: 'http://proxy.example.com:3128'}}")
    services = everything.names("Service")
    for one in everything.of("Deployment"):
        for container in pod(one)["containers"]:
            found = variables(container)
            hosts = {value.split(":")[0] for value in found.values()}
            hosts |= set(re.findall(r"://([a-z0-9-]+)(?=[:/'\"])", str(container)))
            drivers = {"mysql"}
            assert hosts & services - drivers <= set(found["no_proxy"].split(",")), one["metadata"]["name"]


def test_cert_manager_knows_the_proxy_by_its_charts_values() -> None:
    environment = checked("proxy", proxy=GIVEN).proxy
    assert environment
    with running(Running(environment=environment.environment("cluster.local"))):
        found = values(CertManagerSettings(), ChartScope())
    assert found["http_proxy"] == GIVEN["http"]
    assert "http_proxy" not in values(CertManagerSettings(), ChartScope())


def test_all_else_is_left_alone() -> None:
    new, gone, other = changed(plain(), rendered("proxy", proxy=GIVEN))
    assert new == {"PodDefault vision/proxy"}
    assert not gone
    assert {one.split()[0] for one in other} == {"Deployment"}


def test_the_overlay_needs_an_address_of_the_stack() -> None:
    with pytest.raises(SettingsError, match=r"slipway:proxy\.http: is missing; it is required"):
        checked("proxy")


def test_an_address_with_a_password_is_refused_without_showing_it() -> None:
    with pytest.raises(SettingsError, match=r"slipway:proxy\.http: found a password") as refused:
        checked("proxy", proxy={"http": "http://me:hidden@proxy.example.com"})
    assert "hidden" not in str(refused.value)
