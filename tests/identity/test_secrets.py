"""Secrets that are given: named, encrypted, strong, and known to nobody else."""

import base64
import json
from collections.abc import Mapping
from contextvars import copy_context

import pulumi
import pytest
from pulumi.runtime.config import set_all_config

from components.identity.gateway_settings import GatewaySettings
from components.identity.needed_secrets import secret_problems
from components.identity.secrets import GivenSecrets
from components.identity.settings import IdentitySettings
from components.public_secrets import is_public
from components.settings_base import SettingsError
from stacks.settings import load
from tests.identity.stacks import ALLOWED_HASH, COMPANY, NAMED, declared

# As upstream's manifests have them.
CLIENT = base64.b64decode("cFVCbkJPWTgwU25YZ2ppYlRZTTlaV056WTJ4cmVOR1Fvaw==").decode()
COOKIE = base64.b64decode("N2QxNmZlZTkyZjhkMTFiODk0MGIwODFiM2Y4YjhhY2I=").decode()


def _problems(values: Mapping[str, str], identity: Mapping[str, object] | None = None) -> list[str]:
    settings = IdentitySettings.model_validate(identity or {})
    return list(secret_problems(settings, GatewaySettings(), values))


def _load(monkeypatch: pytest.MonkeyPatch, encrypted: bool = True, **secrets: str) -> GivenSecrets:
    """The secrets of a stack file, read as the program reads them."""
    config = {"slipway:cluster": json.dumps({"provider": "simulated"})}
    keys = {f"slipway:secret-{name.replace('_', '-')}": value for name, value in secrets.items()}
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps({**config, **keys}))

    def read() -> GivenSecrets:
        set_all_config({**config, **keys}, list(keys) if encrypted else [])
        return load().secrets

    # Configuration is kept in the context, and does not outlive this copy of it.
    return copy_context().run(read)


def test_values_of_upstream_s_manifests_are_known_to_the_public() -> None:
    assert is_public(CLIENT)
    assert is_public(COOKIE)
    assert is_public("minio123")
    assert not is_public("wFq3nR8sTz5Lk1Xc")


@pytest.mark.parametrize(
    ("name", "value"),
    [("client-secret", CLIENT), ("cookie-secret", COOKIE), ("admin-password", "12341234")],
)
def test_a_secret_that_everyone_knows_is_refused_and_not_shown(name: str, value: str) -> None:
    (problem,) = _problems({name: value})
    assert f"slipway:secret-{name}: this value is known to the public" in problem
    assert value not in problem


def test_a_program_that_uses_the_components_by_itself_is_told_too() -> None:
    with pytest.raises(pulumi.RunError, match="known to the public"):
        declared(secrets={"cookie-secret": COOKIE})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("admin-password", "short", "at least 12"),
        ("admin-password", "ä" * 40, "72 bytes"),
        ("cookie-secret", "twenty-characters-xx", "16, 24 or 32 bytes"),
        ("client-secret", "  ", "is empty"),
    ],
)
def test_a_weak_secret_is_refused(name: str, value: str, says: str) -> None:
    (problem,) = _problems({name: value})
    assert says in problem


@pytest.mark.parametrize("value", ["a" * 32, "Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8="])
def test_a_cookie_secret_is_an_aes_key_as_it_is_or_in_base64(value: str) -> None:
    assert not _problems({"cookie-secret": value})


def test_a_company_s_client_secret_has_to_be_given() -> None:
    (problem,) = _problems({}, COMPANY)
    assert problem.startswith("slipway:secret-client-secret: is missing, and identity.oidc asks for it")
    with pytest.raises(pulumi.RunError, match="slipway:secret-client-secret: is missing"):
        declared(identity=COMPANY, gateway=NAMED)


def test_a_password_in_the_place_of_its_hash_is_refused() -> None:
    users = {"dex": {"users": [{"email": "ann@example.com", "passwordHash": "ann"}]}}
    (problem,) = _problems({"ann": "a-password-in-plain-text"}, users)
    assert "is not a bcrypt hash" in problem
    assert not _problems({"ann": ALLOWED_HASH}, users)
    (weak,) = _problems({"ann": ALLOWED_HASH.replace("$12$", "$04$")}, users)
    assert "cost 10 or more" in weak


def test_a_given_secret_takes_the_place_of_the_generated_one() -> None:
    found = declared(secrets={"cookie-secret": "k" * 32, "client-secret": "of-our-own-choice"})
    proxy = found.get("Secret", "oauth2-proxy")["stringData"]
    assert (proxy["cookie-secret"], proxy["client-secret"]) == ("k" * 32, "of-our-own-choice")
    assert found.get("Secret", "dex-oidc-client")["stringData"]["OIDC_CLIENT_SECRET"] == "of-our-own-choice"


def test_pods_start_again_when_a_secret_that_they_read_changes() -> None:
    def marks(secret: str) -> dict[str, str]:
        found = declared(secrets={"client-secret": secret})
        return {
            one["metadata"]["name"]: one["spec"]["template"]["metadata"]["annotations"][
                "slipway.dev/config-hash"
            ]
            for one in found.of("Deployment")
        }

    before, after = marks("of-our-own-choice"), marks("another-one-of-ours")
    assert before.keys() == {"dex", "oauth2-proxy"}
    assert all(before[name] != after[name] for name in before)
    assert before == marks("of-our-own-choice")


def test_a_stack_s_secrets_are_read_from_keys_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(_load(monkeypatch, cookie_secret="k" * 32).values) == {"cookie-secret"}


def test_a_stack_with_a_public_secret_is_refused_before_anything_is_declared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SettingsError, match="slipway:secret-cookie-secret: this value is known"):
        _load(monkeypatch, cookie_secret=COOKIE)


def test_a_secret_that_nothing_reads_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"secret-cookie-secrt.*Did you mean 'secret-cookie-secret'"):
        _load(monkeypatch, cookie_secrt="k" * 32)


def test_a_secret_in_plain_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="plain text"):
        _load(monkeypatch, encrypted=False, cookie_secret="k" * 32)
