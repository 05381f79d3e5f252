"""Dex and OAuth2 Proxy: how people log in, and what of it anyone can see."""

from typing import Any

import bcrypt
import pytest
import yaml

from components.dynamic import PasswordHash
from components.platform_settings import platform_settings
from components.settings_base import SettingsError
from tests.identity.stacks import (
    ALLOWED_HASH,
    COMPANY,
    NAMED,
    arguments,
    declared,
    dex_file,
    pod,
    rendered,
)
from tests.support.certificates import certificate
from tests.support.render import MINIMAL, Rendered


def _refused(**identity: object) -> str:
    with pytest.raises(SettingsError) as refusal:
        platform_settings({**yaml.safe_load(MINIMAL), "identity": identity})
    return str(refusal.value)


def _variables(found: Rendered, name: str) -> dict[str, Any]:
    return {one["name"]: one for one in pod(found, name)["containers"][0]["env"]}


def test_the_first_user_has_a_password_that_was_made_for_this_stack() -> None:
    found = rendered()
    (user,) = dex_file(found)["staticPasswords"]
    assert (user["email"], user["hashFromEnv"]) == ("admin@example.com", "DEX_USER_PASSWORD")
    assert found.get("Secret", "dex-passwords")["stringData"] == {
        "DEX_USER_PASSWORD": "value-of-admin-password-hash"
    }
    assert found.outputs["firstUser"] == {
        "email": "admin@example.com",
        "password": "value-of-admin-password",
    }


def test_no_secret_stands_where_configuration_stands() -> None:
    found = rendered()
    secrets = [value for one in found.of("Secret") for value in one.get("stringData", {}).values()]
    assert len(secrets) == 6
    hidden = [value for value in secrets if value != "kubeflow-oidc-authservice"]
    elsewhere = str([one for one in found.objects if one["kind"] != "Secret"])
    assert not [value for value in hidden if value in elsewhere]
    for name in ("dex", "oauth2-proxy"):
        plain = {key for key, one in _variables(found, name).items() if "value" in one}
        assert not plain, plain


def test_a_password_is_hashed_as_dex_reads_it() -> None:
    provider = PasswordHash.__init__.__globals__["_PasswordHashProvider"]()
    given = {"password": "correct horse battery", "cost": 10, "value": None}
    made = provider.create(given).outs["value"]
    assert made.startswith("$2b$10$")
    assert bcrypt.checkpw(b"correct horse battery", made.encode())
    assert not bcrypt.checkpw(b"another", made.encode())
    assert not provider.diff("id", {**given, "value": made}, given).changes
    assert provider.diff("id", {**given, "value": made}, {**given, "password": "new"}).changes


def test_a_user_without_a_password_of_dex_s_own_is_possible() -> None:
    connector = {"type": "github", "id": "github", "name": "GitHub", "config": {"orgs": [{"name": "acme"}]}}
    found = rendered(identity={"dex": {"admin": None, "connectors": [connector]}}, gateway=NAMED)
    assert dex_file(found)["enablePasswordDB"] is False
    assert "firstUser" not in found.outputs
    assert "nobody could log in" in _refused(dex={"admin": None})


def test_further_users_come_with_the_hash_of_their_password_and_keep_their_id() -> None:
    user = {"email": "Ann@example.com", "groups": ["ml"], "passwordHash": "ann"}
    found = declared(identity={"dex": {"users": [user]}}, secrets={"ann": ALLOWED_HASH})
    first, second = dex_file(found)["staticPasswords"]
    assert second["groups"] == ["ml"]
    assert second["userID"] != first["userID"]
    assert found.get("Secret", "dex-passwords")["stringData"][second["hashFromEnv"]] == ALLOWED_HASH
    again = declared(
        identity={"dex": {"users": [{**user, "email": "ann@example.com"}]}}, secrets={"ann": ALLOWED_HASH}
    )
    assert dex_file(again)["staticPasswords"][1]["userID"] == second["userID"]


def test_a_connector_is_dex_s_own_configuration_with_its_secret_from_the_environment() -> None:
    config = {"clientID": "abc", "clientSecret": "$ENTRA_SECRET", "tenant": "acme"}
    connector = {
        "type": "microsoft",
        "id": "entra",
        "name": "Work account",
        "config": config,
        "secrets": {"ENTRA_SECRET": "entra"},
    }
    found = declared(
        identity={"dex": {"connectors": [connector]}}, gateway=NAMED, secrets={"entra": "given-by-entra"}
    )
    (written,) = dex_file(found)["connectors"]
    assert written["config"] == {
        **config,
        "redirectURI": "https://kubeflow.example.com/dex/callback",
    }
    assert found.get("Secret", "dex-passwords")["stringData"]["ENTRA_SECRET"] == "given-by-entra"
    assert "secretKeyRef" in _variables(found, "dex")["ENTRA_SECRET"]["valueFrom"]


@pytest.mark.parametrize(
    ("connector", "says"),
    [
        ({"config": {"clientSecret": "abc"}}, "config.clientSecret: holds a value"),
        ({"config": {"bindPW": "abc"}}, "config.bindPW: holds a value"),
        ({"config": {"clientSecret": "$ID"}}, "names the variable $ID, which secrets does not"),
        ({"secrets": {"ID": "one"}}, "'ID' is read nowhere"),
        ({"secrets": {"ID": "cookie-secret"}}, "is not the name of a secret"),
        ({"type": "mockCallback"}, "identity.dex.connectors[0].type"),
    ],
)
def test_a_connector_that_shows_its_secret_or_lacks_it_is_refused(
    connector: dict[str, Any], says: str
) -> None:
    whole = {"type": "oidc", "id": "company", "name": "Company", **connector}
    assert says in _refused(dex={"connectors": [whole]})


def test_connectors_need_a_name_to_send_people_back_to() -> None:
    connector = {"type": "google", "id": "google", "name": "Google"}
    assert "gateway.hosts is ['*']" in _refused(dex={"connectors": [connector]})


def test_sessions_are_kept_in_cookies_that_only_this_host_gets_by_tls() -> None:
    given = arguments(rendered())
    for argument in (
        "--cookie-secure=true",
        "--cookie-httponly=true",
        "--cookie-samesite=lax",
        "--code-challenge-method=S256",
        "--insecure-oidc-skip-nonce=false",
    ):
        assert argument in given
    assert not [one for one in given if "insecure-skip-verify" in one or "skip-auth" in one]


def test_tokens_live_as_long_as_sessions_do() -> None:
    found = rendered(identity={"proxy": {"sessionLifetime": "8h"}})
    assert "--cookie-expire=8h" in arguments(found)
    assert dex_file(found)["expiry"]["idTokens"] == "8h"
    assert "less than sessionLifetime" in _refused(proxy={"sessionLifetime": "30m"})


def test_logging_out_ends_the_session_of_the_company_s_provider_too() -> None:
    end = "https://login.example.com/realms/ml/logout"
    company = {**COMPANY, "oidc": {**COMPANY["oidc"], "endSessionAddress": end}}
    paths: list[str] = []
    found = declared(
        identity=company,
        gateway=NAMED,
        secrets={"client-secret": "given-by-the-provider"},
        look=lambda made: paths.append(made.user.logout_path),
    )
    (path,) = paths
    assert path.startswith("/oauth2/sign_out?rd=https%3A%2F%2Flogin.example.com%2Frealms%2Fml%2Flogout%3F")
    assert "{id_token}" in path
    assert "--whitelist-domain=login.example.com" in arguments(found)
    assert rendered().outputs["contracts"]["identity"]["logoutPath"] == "/oauth2/sign_out"


def test_a_provider_may_have_a_certificate_of_the_company_s_own() -> None:
    certificates = certificate()
    company = {**COMPANY, "oidc": {**COMPANY["oidc"], "authority": certificates}}
    found = declared(identity=company, gateway=NAMED, secrets={"client-secret": "given-by-the-provider"})
    assert found.get("ConfigMap", "oauth2-proxy-authority")["data"] == {"ca.crt": certificates}
    assert "--provider-ca-file=/etc/oauth2-proxy/authority/ca.crt" in arguments(found)
    (mount,) = pod(found, "oauth2-proxy")["containers"][0]["volumeMounts"]
    assert mount["mountPath"] == "/etc/oauth2-proxy/authority"


@pytest.mark.parametrize(
    ("identity", "says"),
    [
        ({"provider": "oidc"}, "provider 'oidc' and the key oidc belong together"),
        ({"provider": "dex", "oidc": COMPANY["oidc"]}, "belong together"),
        (
            {"provider": "oidc", "oidc": {"issuer": "http://login.example.com", "clientId": "a"}},
            "is not an address by HTTPS",
        ),
        ({"provider": "oidc", "oidc": {**COMPANY["oidc"], "scopes": ["email"]}}, "'openid' is missing"),
        ({"provider": "none"}, "everyone who reaches the gateway could do everything"),
        ({"programs": {"audiences": []}}, "slipway:identity.programs.audiences"),
        ({"groupsHeader": "Kubeflow-UserID"}, "for both"),
        ({"dex": {"users": [{"email": "admin@example.com", "passwordHash": "x"}]}}, "is there twice"),
        ({"proxy": {"placement": {"nodePool": "nowhere"}}}, "slipway:identity.proxy.placement.nodePool"),
    ],
)
def test_a_login_that_would_be_open_or_broken_is_refused(identity: dict[str, Any], says: str) -> None:
    assert says in _refused(**identity)


def test_only_the_gateway_and_oauth2_proxy_reach_dex_and_anyone_its_public_keys() -> None:
    callers, keys = rendered().get("AuthorizationPolicy", "dex")["spec"]["rules"]
    assert callers["from"][0]["source"]["principals"] == [
        "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account",
        "cluster.local/ns/oauth2-proxy/sa/oauth2-proxy",
    ]
    assert keys["to"][0]["operation"]["methods"] == ["GET"]
    assert "/dex/token" not in str(keys)


def test_dex_holds_no_right_outside_its_namespace() -> None:
    found = rendered()
    assert "dex" not in found.names("ClusterRole")
    (rule,) = found.get("Role", "dex")["rules"]
    assert rule["apiGroups"] == ["dex.coreos.com"]
    assert "*" not in rule["verbs"]
    kinds = {one["spec"]["names"]["plural"] for one in found.of("CustomResourceDefinition")}
    assert set(rule["resources"]) <= kinds, "it makes none of its types itself"


def test_pods_are_drained_one_at_a_time_where_there_are_several() -> None:
    assert rendered().names("PodDisruptionBudget") == {"dex", "oauth2-proxy"}
    single = rendered(identity={"dex": {"replicas": 1}, "proxy": {"replicas": 1}})
    assert not single.of("PodDisruptionBudget")
