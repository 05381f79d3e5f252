"""The gateway speaks TLS unless it is this machine's own."""

from typing import Any

import pytest
import yaml

from components.platform_settings import platform_settings
from components.settings_base import SettingsError
from tests.identity.stacks import NAMED, declared, rendered
from tests.support.render import MINIMAL, Rendered

ACME = {"source": "acme", "acme": {"email": "platform@example.com"}}


def _servers(found: Rendered) -> dict[str, Any]:
    return {one["port"]["name"]: one for one in found.get("Gateway", "kubeflow-gateway")["spec"]["servers"]}


def _edge(found: Rendered) -> str:
    patches = found.get("EnvoyFilter", "kubeflow-gateway")["spec"]["configPatches"]
    (script,) = (
        one["patch"]["value"]["typed_config"]["defaultSourceCode"]["inlineString"]
        for one in patches
        if one["patch"]["value"]["name"] == "slipway.edge"
    )
    return script


def _refused(**given: object) -> str:
    with pytest.raises(SettingsError) as refusal:
        platform_settings({**yaml.safe_load(MINIMAL), **given})
    return str(refusal.value)


def test_tls_is_on_by_default_with_a_ca_of_its_own() -> None:
    found = rendered()
    https = _servers(found)["https"]
    assert https["tls"] == {
        "mode": "SIMPLE",
        "credentialName": "kubeflow-gateway-tls",
        "minProtocolVersion": "TLSV1_2",
    }
    authority = found.get("Certificate", "kubeflow-gateway-ca")
    served = found.get("Certificate", "kubeflow-gateway-tls")
    assert authority["spec"]["isCA"] is True
    assert served["spec"]["issuerRef"]["name"] == "kubeflow-gateway-ca"
    assert served["metadata"]["namespace"] == "istio-system", "the gateway reads it where its pods are"
    assert "isCA" not in served["spec"]


def test_plain_http_leads_to_https_and_is_never_come_back_to() -> None:
    found = rendered()
    assert _servers(found)["http"]["tls"] == {"httpsRedirect": True}
    assert "local SECURE = true" in _edge(found)
    assert 'local HSTS = "max-age=31536000"' in _edge(found)
    without = rendered(gateway={"tls": {"hsts": {"enabled": False}}})
    assert 'local HSTS = ""' in _edge(without)


def test_an_own_certificate_is_good_for_programs_inside_too() -> None:
    names = rendered(gateway=NAMED).get("Certificate", "kubeflow-gateway-tls")["spec"]["dnsNames"]
    assert names[0] == "kubeflow.example.com"
    assert "istio-ingressgateway.istio-system.svc.cluster.local" in names


def test_an_authority_s_challenge_reaches_the_gateway_by_plain_http() -> None:
    found = rendered(gateway={**NAMED, "tls": ACME})
    assert "tls" not in _servers(found)["http"], "Istio's own redirect knows no exception"
    assert "local CHALLENGE = true" in _edge(found)
    policy = found.get("AuthorizationPolicy", "istio-ingressgateway-require-jwt")
    assert "/.well-known/acme-challenge/*" in policy["spec"]["rules"][0]["to"][0]["operation"]["notPaths"]
    (solver,) = found.get("Issuer", "kubeflow-gateway-acme")["spec"]["acme"]["solvers"]
    assert solver == {"http01": {"ingress": {"ingressClassName": "istio"}}}
    assert found.get("Certificate", "kubeflow-gateway-tls")["spec"]["dnsNames"] == ["kubeflow.example.com"]


def test_a_challenge_in_dns_takes_the_solver_as_it_is_given() -> None:
    solver = {"cloudflare": {"apiTokenSecretRef": {"name": "acme-dns", "key": "token"}}}
    acme = {
        "email": "platform@example.com",
        "challenge": "dns01",
        "dns01": solver,
        "secrets": {"token": "dns"},
    }
    found = declared(
        gateway={"hosts": ["kubeflow.example.com", "*.models.example.com"], "tls": {**ACME, "acme": acme}},
        secrets={"dns": "a-token-of-the-dns"},
    )
    (given,) = found.get("Issuer", "kubeflow-gateway-acme")["spec"]["acme"]["solvers"]
    assert given == {"dns01": solver}
    assert found.get("Secret", "acme-dns")["stringData"] == {"token": "a-token-of-the-dns"}
    assert _servers(found)["http"]["tls"] == {"httpsRedirect": True}


def test_a_given_certificate_reaches_the_gateway_as_a_secret() -> None:
    found = declared(
        gateway={**NAMED, "tls": {"source": "given", "minVersion": "1.3"}},
        secrets={"tls-certificate": "the certificate", "tls-key": "its key"},
    )
    secret = found.get("Secret", "kubeflow-gateway-tls")
    assert secret["type"] == "kubernetes.io/tls"
    assert secret["stringData"] == {"tls.crt": "the certificate", "tls.key": "its key"}
    assert _servers(found)["https"]["tls"]["minProtocolVersion"] == "TLSV1_3"
    assert not found.of("Certificate")


def test_plain_http_is_for_localhost_only() -> None:
    assert "'localhost'" in _refused(gateway={"tls": {"source": "none"}})
    assert "'localhost'" in _refused(gateway={**NAMED, "tls": {"source": "none"}})
    local = rendered(gateway={"hosts": ["localhost"], "tls": {"source": "none"}})
    assert set(_servers(local)) == {"http"}


@pytest.mark.parametrize(
    ("gateway", "says"),
    [
        ({"tls": ACME}, "with the names that the certificate is for"),
        ({"tls": {"source": "given"}}, "with the names that the certificate is for"),
        ({**NAMED, "tls": {"source": "acme"}}, "source 'acme' and the key acme belong together"),
        ({"hosts": ["kubeflow.example.com", "*.example.com"], "tls": ACME}, "'dns01'"),
        ({"hosts": ["*.example.com"]}, "the first is the platform's own name"),
        ({"hosts": ["*", "a.example.com"]}, "'*' is every name there is"),
        ({"hosts": ["https://a.example.com"]}, "is not a host name"),
        ({"tls": {"minVersion": "1.1"}}, "allowed: '1.2' or '1.3'"),
    ],
)
def test_a_gateway_that_could_not_work_is_refused(gateway: dict[str, Any], says: str) -> None:
    assert says in _refused(gateway=gateway)
