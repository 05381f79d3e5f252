"""Where a cloud puts the load balancer before the gateway, and whom the control plane believes."""

from unittest.mock import create_autospec

import pytest

from components.addons.exposure import Exposure
from components.contracts import AwsCloud, AzureCloud, GcpCloud
from components.platform_settings import platform_settings
from components.settings_base import SettingsError
from tests.addons.charts import Cloud, installed
from tests.support.certificates import certificate

AWS = "service.beta.kubernetes.io/aws-load-balancer"
GCP = "networking.gke.io/load-balancer-type"
AZURE = "service.beta.kubernetes.io/azure-load-balancer-internal"
CLUSTER = {"provider": "aws", "account": "123456789012", "region": "eu-central-1"}


def _annotations(cloud: type[Cloud] | None, exposure: Exposure, **own: str) -> dict[str, str]:
    known = create_autospec(cloud, instance=True) if cloud else None
    settings = {"istio": {"gateway": {"serviceAnnotations": own}}}
    values = installed(settings, cloud=known, exposure=exposure).values("istio-ingressgateway")
    found: dict[str, str] = values["service"]["annotations"]
    return found


@pytest.mark.parametrize(
    ("cloud", "internal", "public"),
    [
        (AwsCloud, {f"{AWS}-scheme": "internal"}, {f"{AWS}-scheme": "internet-facing"}),
        (GcpCloud, {GCP: "Internal"}, {}),
        (AzureCloud, {AZURE: "true"}, {AZURE: "false"}),
    ],
)
def test_each_cloud_is_told_where_its_load_balancer_stands(
    cloud: type[Cloud], internal: dict[str, str], public: dict[str, str]
) -> None:
    assert internal.items() <= _annotations(cloud, "internal").items()
    found = _annotations(cloud, "public")
    assert public.items() <= found.items()
    assert GCP not in found


def test_a_cluster_of_no_known_cloud_is_told_what_the_stack_says_alone() -> None:
    assert _annotations(None, "internal") == {}
    assert _annotations(None, "internal", **{"example.com/pool": "a"}) == {"example.com/pool": "a"}


def test_annotations_of_the_stack_come_before_those_of_the_cloud() -> None:
    found = _annotations(AwsCloud, "internal", **{f"{AWS}-nlb-target-type": "instance"})
    assert found[f"{AWS}-nlb-target-type"] == "instance"
    assert found[f"{AWS}-scheme"] == "internal"


def test_a_stack_is_internal_unless_it_says_otherwise() -> None:
    assert platform_settings({"cluster": CLUSTER}).gateway.exposure == "internal"


def test_a_public_gateway_has_to_say_who_may_come_in() -> None:
    public = {"cluster": CLUSTER, "gateway": {"exposure": "public"}}
    with pytest.raises(SettingsError, match=r"slipway:gateway\.exposure: found 'public' without addons"):
        platform_settings(public)
    ranges = {"istio": {"gateway": {"sourceRanges": ["203.0.113.0/24"]}}}
    assert platform_settings({**public, "addons": ranges}).gateway.exposure == "public"


def test_an_authority_that_asks_at_the_gateway_cannot_reach_one_that_is_internal() -> None:
    tls = {"source": "acme", "acme": {"email": "platform@example.com"}}
    stack = {"cluster": CLUSTER, "gateway": {"hosts": ["kubeflow.example.com"], "tls": tls}}
    with pytest.raises(SettingsError, match=r"found 'http01' with gateway\.exposure 'internal'"):
        platform_settings(stack)


def test_the_control_plane_believes_the_authority_of_the_companys_provider() -> None:
    given = certificate()
    assert installed(login_authority=given).values("istiod")["jwksResolverExtraRootCA"] == given
    assert "jwksResolverExtraRootCA" not in installed().values("istiod")


def test_an_authority_of_the_provider_that_is_none_is_refused() -> None:
    oidc = {
        "issuer": "https://login.example.com",
        "clientId": "kubeflow",
        "authority": "-----BEGIN CERTIFICATE-----",
    }
    with pytest.raises(SettingsError, match=r"slipway:identity\.oidc\.authority"):
        platform_settings({"cluster": CLUSTER, "identity": {"provider": "oidc", "oidc": oidc}})


def test_knatives_services_have_names_that_a_certificate_for_the_pattern_is_for() -> None:
    knative = {"knative": {"enabled": True}}
    found = installed(knative, models_domain="models.example.com").objects["KnativeServing/knative-serving"]
    config = found["spec"]["config"]
    assert config["domain"] == {"models.example.com": ""}
    host = config["network"]["domain-template"].replace("{{.Name}}", "a").replace("{{.Namespace}}", "b")
    assert host.replace("{{.Domain}}", "models.example.com") == "a-b.models.example.com"
    assert config["network"]["default-external-scheme"] == "https"
    unnamed = installed(knative).objects["KnativeServing/knative-serving"]["spec"]["config"]
    assert not {"domain", "network"} & unnamed.keys()
