"""Every value that a chart is given is one that its project documents."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from components.addons import AddonsSettings
from components.versions import Chart, Charts
from tests.addons.charts import EVERYTHING, Declared, installed
from tests.addons.facts import FACTS, facts

PINS: Mapping[str, Chart] = {pin.name: pin for pin in vars(Charts).values() if isinstance(pin, Chart)}
SETTINGS: Mapping[str, Mapping[str, object]] = {
    "defaults": {},
    "everything": EVERYTHING,
    "one replica": {**EVERYTHING, "replicas": 1, "istio": {}},
}


@pytest.fixture(scope="module", params=SETTINGS)
def stack(request: pytest.FixtureRequest) -> Declared:
    return installed(SETTINGS[request.param], gke=True)


def test_no_chart_is_given_a_value_that_it_does_not_document(stack: Declared) -> None:
    found = {
        name: facts(str(chart["chart"]).rpartition("/")[2]).unknown(chart["values"])
        for name, chart in stack.charts.items()
        if "values" in chart
    }
    assert {name: unknown for name, unknown in found.items() if unknown} == {}


def test_the_mesh_is_configured_by_fields_that_it_has(stack: Declared) -> None:
    assert facts("mesh_config").unknown(stack.values("istiod")["meshConfig"]) == []


def test_kueue_is_configured_by_fields_that_it_has() -> None:
    text = installed(EVERYTHING).values("kueue")["managerConfig"]["controllerManagerConfigYaml"]
    assert facts("kueue_configuration").unknown(yaml.safe_load(text)) == []


def test_knative_is_configured_by_fields_and_flags_that_it_has() -> None:
    stack = installed(EVERYTHING, models_domain="models.example.com")
    spec = stack.objects["KnativeServing/knative-serving"]["spec"]
    assert facts("knative_serving").unknown(spec) == []


@pytest.mark.parametrize(
    ("chart", "values", "unknown"),
    [
        ("cert-manager", {"crd": {"enabled": True}}, ["crd"]),
        ("cert-manager", {"webhook": {"replicas": 2}}, ["webhook.replicas"]),
        ("istiod", {"pilot": {"cni": {"enabled": True}}}, ["pilot"]),
        ("istiod", {"global": {"proxy": {"clusterdomain": "x"}}}, ["global.proxy.clusterdomain"]),
        ("mesh_config", {"accesslogfile": "/dev/stdout"}, ["accesslogfile"]),
        (
            "mesh_config",
            {"extensionProviders": [{"name": "x", "envoyExtAuthzHttp": {"host": "x"}}]},
            ["extensionProviders[].envoyExtAuthzHttp.host"],
        ),
        (
            "kueue",
            {"controllerManager": {"manager": {"resource": {}}}},
            ["controllerManager.manager.resource"],
        ),
        ("knative_serving", {"config": {"features": {"podspec": "x"}}}, ["config.features.podspec"]),
        ("kube-prometheus-stack", {"prometheus": {"spec": {}}}, ["prometheus.spec"]),
    ],
)
def test_a_misspelt_value_is_found(chart: str, values: Mapping[str, Any], unknown: list[str]) -> None:
    assert facts(chart).unknown(values) == unknown


def test_facts_are_about_the_versions_that_are_pinned() -> None:
    held = {file.stem: facts(file.stem) for file in FACTS.glob("*.yaml")}
    versions = {name: one.version for name, one in held.items() if one.version}
    assert versions == {name: PINS[name].version for name in versions}
    assert {one.chart for one in held.values()} <= PINS.keys()


def test_every_chart_of_an_add_on_has_its_facts() -> None:
    needed = {pin.name for pin in AddonsSettings.model_validate(EVERYTHING).charts}
    assert needed - {file.stem for file in FACTS.glob("*.yaml")} == set()
