"""What contradicts `slipway:minimal` is refused, by its key."""

from collections.abc import Mapping
from typing import Any

import pytest

from components.minimal.rules import FIXED
from components.platform_settings import platform_settings
from components.settings_base import SettingsError
from tests.minimal.stacks import MINIMAL, USER

WRONG: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "a mesh": (
        {"addons": {"istio": {"enabled": True}}},
        "slipway:addons.istio.enabled: found true with slipway:minimal; allowed: false, or nothing at all",
    ),
    "settings of a mesh": (
        {"addons": {"istio": {"accessLogs": "text"}}},
        "slipway:addons.istio.accessLogs: found with slipway:minimal, which has neither mesh nor login; "
        "allowed there: enabled",
    ),
    "what needs a mesh": (
        {"addons": {"knative": {"enabled": True}}},
        "slipway:addons.knative.enabled: found true with slipway:minimal; allowed: false, or nothing at all",
    ),
    "a login": (
        {"identity": {"provider": "dex"}},
        "slipway:identity.provider: found 'dex' with slipway:minimal; allowed: 'none', or nothing at all",
    ),
    "sessions": (
        {"identity": {"proxy": {"sessionLifetime": "8h"}}},
        "slipway:identity.proxy: found with slipway:minimal, which has neither mesh nor login; allowed "
        "there: provider, userHeader, userPrefix, groupsHeader",
    ),
    "a certificate": (
        {"gateway": {"tls": {"source": "ownCa"}}},
        "slipway:gateway.tls.source: found 'ownCa' with slipway:minimal; allowed: 'none', or nothing at all",
    ),
    "versions of TLS": (
        {"gateway": {"tls": {"minVersion": "1.3"}}},
        "slipway:gateway.tls.minVersion: found with slipway:minimal, which has neither mesh nor login; "
        "allowed there: source",
    ),
    "models that are reached from outside": (
        {"components": {"serving": {"routing": {"outside": True}}}},
        "slipway:components.serving.routing.outside: found true with slipway:minimal; allowed: false, or "
        "nothing at all",
    ),
    "pages that the mesh leads to their server": (
        {"components": {"modelRegistry": {"ui": {"enabled": True}}}},
        "slipway:components.modelRegistry.ui.enabled: found true with slipway:minimal; allowed: false, or "
        "nothing at all",
    ),
    "a team of somebody else": (
        {"teams": {"theirs": {"owner": "you@example.com"}}},
        f"slipway:teams.theirs.owner: found 'you@example.com'; allowed with slipway:minimal: '{USER}', its "
        "only user",
    ),
    "members": (
        {"teams": {"ours": {"owner": USER, "members": [{"user": "you@example.com", "role": "edit"}]}}},
        "slipway:teams.ours.members: found 1 with slipway:minimal, which has one user; allowed: none",
    ),
    "groups": (
        {"teams": {"ours": {"owner": USER, "groups": [{"group": "all", "role": "view"}]}}},
        "slipway:teams.ours.groups: found 1 with slipway:minimal, which has one user; allowed: none",
    ),
    "a cluster alone": (
        {"scope": "cluster", "teams": {}},
        "slipway:minimal: found with the scope 'cluster'; allowed: with the scope 'everything'",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_contradiction_is_refused_with_its_key(what: str) -> None:
    given, message = WRONG[what]
    with pytest.raises(SettingsError) as raised:
        platform_settings({**MINIMAL, **given})
    assert str(raised.value) == f"{message}."


def test_a_host_name_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"slipway:gateway\.hosts: found .* with slipway:minimal"):
        platform_settings(
            {**MINIMAL, "gateway": {"hosts": ["kubeflow.example.com"], "tls": {"source": "ownCa"}}}
        )


def test_a_stack_of_teams_alone_has_no_such_setting() -> None:
    alone = {
        "scope": "teams",
        "cluster": {"provider": "existing", "stack": "organization/slipway/a"},
        "minimal": {"user": USER},
    }
    with pytest.raises(SettingsError, match="slipway:minimal: belongs to the stack of the platform"):
        platform_settings(alone)


def test_a_cloud_is_refused() -> None:
    cluster = {"provider": "gcp", "project": "a-project", "region": "europe-west4"}
    with pytest.raises(SettingsError, match=r"slipway:cluster\.provider: found 'gcp' with slipway:minimal"):
        platform_settings({**MINIMAL, "cluster": cluster})


def test_without_a_mesh_there_has_to_be_another_way_in() -> None:
    given = {"cluster": MINIMAL["cluster"], "addons": {"istio": {"enabled": False}}}
    with pytest.raises(
        SettingsError, match=r"^slipway:addons\.istio\.enabled: found false; allowed: true, or "
    ):
        platform_settings(given)


def test_the_user_is_needed_and_is_an_address() -> None:
    for wrong in ({}, {"user": "somebody"}):
        with pytest.raises(SettingsError, match=r"slipway:minimal\.user"):
            platform_settings({**MINIMAL, "teams": {}, "minimal": wrong})


def test_what_is_merely_suggested_can_be_said_otherwise() -> None:
    cookies = {"notebooks": {"webApp": {"secureCookies": True}}}
    settings = platform_settings({**MINIMAL, "addons": {"replicas": 2}, "components": cookies})
    assert settings.addons.replicas == 2
    assert settings.components.notebooks.web_app.secure_cookies
    assert not settings.components.volumes.web_app.secure_cookies


def test_what_is_fixed_may_be_said_as_well() -> None:
    given: dict[str, Any] = {"addons": {"istio": {"enabled": False}}, "identity": {"provider": "none"}}
    said = platform_settings({**MINIMAL, **given})
    assert said == platform_settings(MINIMAL)
    assert len(FIXED) > 5
