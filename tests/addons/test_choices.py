"""What is installed and offered for what the settings choose, and which settings are refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from components.addons import AddonsSettings
from components.settings_errors import explain
from components.versions import Charts
from tests.addons.charts import EVERYTHING, installed


def test_only_what_is_on_is_installed_and_offered() -> None:
    stack = installed()
    assert stack.addons is not None
    assert stack.charts.keys() == {
        "cert-manager",
        "istio-base",
        "istio-cni",
        "istiod",
        "istio-ingressgateway",
    }
    assert stack.addons.offers.keys() == {"certManager", "istio"}
    assert stack.addons.kueue is None
    assert len(AddonsSettings().charts) == len(stack.charts)


GATEWAY_API = {
    f"CustomResourceDefinition/{name}.gateway.networking.k8s.io"
    for name in ("gatewayclasses", "gateways", "httproutes")
}


@pytest.mark.parametrize("charts", [True, False], ids=["with charts", "without"])
def test_types_of_the_gateway_api_are_no_charts_and_carry_what_istio_reads_of_them(charts: bool) -> None:
    stack = installed(charts=charts, gateway_api=True)
    assert stack.objects.keys() >= GATEWAY_API
    for name in GATEWAY_API:
        annotations = stack.objects[name]["metadata"]["annotations"]
        assert annotations["gateway.networking.k8s.io/bundle-version"] == "v1.5.1"
        assert annotations["gateway.networking.k8s.io/channel"] == "standard"
        assert annotations["api-approved.kubernetes.io"].startswith("https://github.com/")
    assert stack.addons is not None
    assert stack.addons.gateway_api is not None


@pytest.mark.parametrize(
    ("settings", "wanted", "installs", "usable"),
    [
        ({}, False, False, False),
        ({"enabled": True}, False, True, True),
        ({"enabled": False}, True, False, False),
        ({"present": True}, True, False, True),
        ({"present": True, "enabled": False}, True, False, False),
    ],
)
def test_types_of_the_gateway_api_are_installed_where_they_are_wanted_and_not_there(
    settings: dict[str, Any], wanted: bool, installs: bool, usable: bool
) -> None:
    stack = installed({"gatewayApi": settings}, charts=False, gateway_api=wanted)
    assert (stack.objects.keys() >= GATEWAY_API) is installs
    assert stack.addons is not None
    assert (stack.addons.gateway_api is not None) is usable


def test_where_pods_run_no_images_the_types_of_all_add_ons_stand_in() -> None:
    stack = installed(EVERYTHING, charts=False)
    assert stack.charts == {}
    kinds = {name.partition("/")[0] for name in stack.objects}
    assert kinds == {"CustomResourceDefinition", "Namespace"}
    groups = {name.partition(".")[2] for name in stack.objects if name.startswith("Custom")}
    assert groups >= {"cert-manager.io", "ray.io", "kueue.x-k8s.io", "monitoring.coreos.com"}
    assert stack.addons is not None
    assert {image for offer in stack.addons.offers.values() for image in offer.images} == set()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"replicas": 0}, "slipway:replicas: found 0; allowed: at least 1."),
        ({"istio": {"outboundTraffic": "DENY"}}, "slipway:istio.outboundTraffic: found 'DENY'"),
        ({"istio": {"accessLogs": True}}, "slipway:istio.accessLogs: found 'true'"),
        ({"istio": {"gateway": {"sourceRanges": ["10.0.0.1/8"]}}}, "not a range of addresses"),
        ({"istio": {"gateway": {"nodePorts": {"http": 80, "https": 30443}}}}, "at least 30000"),
        ({"istio": {"gateway": {"nodePorts": {"http": 30080, "https": 30080}}}}, "two different ports"),
        ({"kueue": {"frameworks": ["job"]}}, "slipway:kueue.frameworks[0]: found 'job'"),
        ({"kueue": {"frameworks": []}}, "slipway:kueue.frameworks: names no kind of work"),
        ({"kueue": {"enable": True}}, "unknown key. Did you mean 'enabled'?"),
        ({"prometheus": {"retention": "15"}}, "slipway:prometheus.retention: found '15'"),
        ({"certmanager": {}}, "unknown key. Did you mean 'certManager'?"),
    ],
)
def test_a_wrong_setting_gets_one_clear_error(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        AddonsSettings.model_validate(given)
    said = str(explain(refused.value, AddonsSettings))
    assert message in said
    assert len(said.splitlines()) == 1


def test_pins_name_archives_as_helm_writes_them() -> None:
    assert Charts.ISTIOD.archive == "istiod-1.30.3.tgz"
