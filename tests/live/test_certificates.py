"""cert-manager from its own chart: certificates are issued, renewed for their hosts, and CAs are injected."""

import json
from base64 import b64decode
from pathlib import Path

import pytest

from components.kube.webhook import INJECT_CA
from tests.live.handshake import accepted
from tests.live.platform import LivePlatform
from tests.support.cluster import Object

_NAMESPACE = "cert-manager"
_WEBHOOKS = ("mutatingwebhookconfiguration", "validatingwebhookconfiguration")
_HOST = "model.test.svc"


def made(kind: str, name: str, namespace: str, spec: Object) -> Object:
    about = {"name": name, "namespace": namespace}
    return {"apiVersion": "cert-manager.io/v1", "kind": kind, "metadata": about, "spec": spec}


def certificate(name: str, namespace: str, *, issuer: str = "own", **more: object) -> Object:
    spec = {"secretName": name, "dnsNames": [_HOST], "issuerRef": {"name": issuer}, **more}
    return made("Certificate", name, namespace, spec)


def registration(name: str, namespace: str, annotations: Object) -> Object:
    """A webhook that is asked about nothing."""
    hook = {
        "name": "hook.test.slipway.dev",
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": "Ignore",
        "clientConfig": {"service": {"name": "hook", "namespace": namespace}},
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name, "annotations": annotations},
        "webhooks": [hook],
    }


def secret(platform: LivePlatform, name: str, namespace: str) -> dict[str, str]:
    return platform.get("secret", name, namespace)["data"]


def configurations(platform: LivePlatform) -> list[Object]:
    return [
        found
        for kind in _WEBHOOKS
        for found in json.loads(platform.kubectl("get", kind, "-o", "json").stdout)["items"]
    ]


def test_its_programs_are_available_and_trusted(platform: LivePlatform) -> None:
    deployments = platform.list("deployment", _NAMESPACE)
    assert {found["metadata"]["name"] for found in deployments} == {
        "cert-manager",
        "cert-manager-cainjector",
        "cert-manager-webhook",
    }
    assert all(found["status"]["availableReplicas"] == found["spec"]["replicas"] for found in deployments)
    authority = secret(platform, "cert-manager-webhook-ca", _NAMESPACE)["ca.crt"]
    for kind in _WEBHOOKS:
        (hook,) = platform.get(kind, "cert-manager-webhook")["webhooks"]
        assert hook["clientConfig"]["caBundle"] == authority


def test_every_certificate_of_the_platform_is_issued(platform: LivePlatform) -> None:
    found = json.loads(platform.kubectl("get", "certificates", "-A", "-o", "json").stdout)["items"]
    assert found
    for each in found:
        about = each["metadata"]
        platform.wait(f"certificate/{about['name']}", "condition=Ready", about["namespace"], 60)
        assert secret(platform, each["spec"]["secretName"], about["namespace"])["tls.crt"]


def test_the_webhooks_of_the_platform_trust_the_certificates_that_serve_them(
    platform: LivePlatform, tmp_path: Path
) -> None:
    """Those are trusted whose certificate is cert-manager's; others write their CA themselves."""
    annotated = [
        (each, each["metadata"]["annotations"][INJECT_CA])
        for each in configurations(platform)
        if INJECT_CA in each["metadata"].get("annotations", {})
    ]
    assert annotated
    for each, source in annotated:
        namespace, _, name = source.partition("/")
        issued = platform.get("certificate", name, namespace)["spec"]["secretName"]
        content = secret(platform, issued, namespace)
        for hook in each["webhooks"]:
            service = hook["clientConfig"]["service"]
            host = f"{service['name']}.{service['namespace']}.svc"
            authority = b64decode(hook["clientConfig"]["caBundle"]).decode()
            assert accepted(content, authority, host, tmp_path), each["metadata"]["name"]


def test_a_webhook_is_given_its_authority_where_it_asks(
    platform: LivePlatform, namespace: str, request: pytest.FixtureRequest
) -> None:
    platform.apply(
        made("Issuer", "own", namespace, {"selfSigned": {}}),
        certificate("hook", namespace, isCA=True),
        registration(f"{namespace}-asks", namespace, {INJECT_CA: f"{namespace}/hook"}),
        registration(f"{namespace}-silent", namespace, {}),
    )
    names = (f"{namespace}-asks", f"{namespace}-silent")
    request.addfinalizer(lambda: platform.kubectl("delete", _WEBHOOKS[1], *names))

    def authority(name: str) -> str:
        return platform.get(_WEBHOOKS[1], name)["webhooks"][0]["clientConfig"].get("caBundle", "")

    given = platform.until("an injected authority", lambda: authority(names[0]), 60)
    assert given == secret(platform, "hook", namespace)["ca.crt"]
    assert not authority(names[1])


def test_an_authority_of_ones_own_signs_for_its_hosts_alone(
    platform: LivePlatform, namespace: str, tmp_path: Path
) -> None:
    platform.apply(
        made("Issuer", "self", namespace, {"selfSigned": {}}),
        certificate("authority", namespace, issuer="self", isCA=True, commonName="authority"),
        made("Issuer", "own", namespace, {"ca": {"secretName": "authority"}}),
        certificate("leaf", namespace),
    )
    platform.wait("certificate/leaf", "condition=Ready", namespace, 60)
    leaf = secret(platform, "leaf", namespace)
    authority = b64decode(leaf["ca.crt"]).decode()
    assert authority == b64decode(secret(platform, "authority", namespace)["tls.crt"]).decode()
    assert accepted(leaf, authority, _HOST, tmp_path)
    assert not accepted(leaf, authority, "other.test.svc", tmp_path)


def test_a_secret_that_was_deleted_is_issued_again(platform: LivePlatform, namespace: str) -> None:
    platform.apply(
        made("Issuer", "own", namespace, {"selfSigned": {}}), certificate("again", namespace, commonName="x")
    )
    platform.wait("certificate/again", "condition=Ready", namespace, 60)
    first = platform.get("secret", "again", namespace)["metadata"]["uid"]
    platform.kubectl("delete", "secret", "again", "-n", namespace)

    def anew() -> bool:
        found = platform.kubectl("get", "secret", "again", "-n", namespace, "-o", "name", check=False)
        return not found.returncode and platform.get("secret", "again", namespace)["metadata"]["uid"] != first

    platform.until("a new Secret", anew, 60)


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        ({"duration": "10m"}, "spec.duration"),
        ({"dnsNames": []}, "at least one of commonName"),
        ({"privateKey": {"algorithm": "RSA", "size": 512}}, "spec.privateKey.size"),
    ],
)
def test_a_certificate_that_cannot_be_issued_is_refused(
    platform: LivePlatform, namespace: str, spec: Object, named: str
) -> None:
    said = platform.refused(certificate("wrong", namespace, **spec))
    assert 'admission webhook "webhook.cert-manager.io" denied the request' in said
    assert named in said


def test_a_certificate_of_an_unknown_issuer_stays_without_one_and_says_why(
    platform: LivePlatform, namespace: str
) -> None:
    platform.apply(certificate("orphan", namespace, issuer="nobody"))

    def reason() -> str:
        requests = platform.list("certificaterequest", namespace)
        conditions = [each for one in requests for each in one.get("status", {}).get("conditions", ())]
        return next((each["message"] for each in conditions if each["type"] == "Ready"), "")

    assert '"nobody" not found' in platform.until("a reason", reason, 60)
    assert platform.condition("certificate", "orphan", namespace, "Ready") == "False"
    assert platform.kubectl("get", "secret", "orphan", "-n", namespace, check=False).returncode != 0
