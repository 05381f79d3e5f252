"""A stack whose cluster has no way outside is refused at preview where it reaches for anything there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from components.images.outside import outside
from components.settings_base import SettingsError, merged
from tests.images.stacks import FEW, declared
from tests.support.everything import everything, everything_with

ROOT = Path(__file__).parents[2]
MIRROR = "registry.example.com/mirror"
TUNED = ("torchtune-llama3.2-1b", "torchtune-llama3.2-3b", "torchtune-qwen2.5-1.5b")
INSIDE: Mapping[str, Any] = {
    "images": {"mirror": MIRROR},
    "airgap": {"enabled": True},
    "components": {
        # Their images and packages are those that the API server's own image names.
        "pipelines": {"apiServer": {"samples": False}},
        "trainer": {"runtimes": {"builtIn": {name: {"enabled": False} for name in TUNED}}},
    },
}


def refused(settings: Mapping[str, Any], **more: Any) -> list[str]:  # noqa: ANN401 - as `declared` takes them
    with pytest.raises(SettingsError) as error:
        declared(settings, **more)
    return str(error.value).splitlines()


def test_a_platform_with_every_component_needs_nothing_from_outside() -> None:
    rendered = everything_with(INSIDE)
    assert len(rendered.objects) == len(everything().objects) - len(TUNED)


def test_what_a_stack_has_by_default_reaches_outside_and_is_named() -> None:
    with pytest.raises(SettingsError) as error:
        everything_with({"airgap": {"enabled": True}})
    images, hub = str(error.value).splitlines()
    assert images.startswith("slipway:airgap: found '")
    assert (
        "which the stack pulls from outside; allowed: what slipway:images.mirror has, which is not set"
        in images
    )
    assert hub.startswith("slipway:airgap: found 'huggingface.co' ")
    assert "in ClusterTrainingRuntime/torchtune-llama3.2-1b.spec.template" in hub
    assert "allowed: Services, and hosts in slipway:airgap.allowedHosts" in hub


def _stack(components: Mapping[str, Any] | None = None, **settings: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "images": {"mirror": MIRROR},
        "airgap": {"enabled": True},
        "components": merged(FEW, components or {}),
        **settings,
    }


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        (
            _stack(
                {
                    "serving": {
                        "enabled": True,
                        "credentials": {"s3": {"endpoint": "s3.acme.com", "region": "here"}},
                    }
                }
            ),
            "s3.acme.com",
        ),
        (
            _stack({"serving": {"enabled": True, "logger": {"defaultUrl": "https://logs.acme.com/in"}}}),
            "logs.acme.com",
        ),
        (
            _stack(
                identity={
                    "provider": "oidc",
                    "oidc": {"issuer": "https://sso.acme.com", "clientId": "kubeflow"},
                },
                gateway={"hosts": ["kubeflow.acme.com"]},
            ),
            "sso.acme.com",
        ),
    ],
)
def test_an_address_outside_is_refused_unless_it_is_allowed(settings: Mapping[str, Any], host: str) -> None:
    secrets = {"client-secret": "of-our-own-choice"}
    lines = refused(settings, secrets=secrets)
    assert all(line.startswith("slipway:airgap: found '") for line in lines), lines
    assert any(f"found '{host}' in " in line for line in lines), lines
    inside = merged(settings, {"airgap": {"allowedHosts": ["*.acme.com"]}})
    assert declared(inside, secrets=secrets).objects


def test_charts_from_their_projects_are_refused() -> None:
    (line,) = refused(_stack(), charts=True)
    assert line.startswith(
        "slipway:airgap: found slipway:addons.source.kind 'repositories', which are outside"
    )
    mirror = {"source": {"kind": "mirror", "registry": "oci://registry.example.com/charts"}}
    assert declared(_stack(addons=mirror), charts=True).outputs["images"]


def test_nothing_is_watched_where_nobody_asked() -> None:
    assert declared({"components": FEW}).objects


@pytest.mark.parametrize(
    ("value", "hosts"),
    [
        ({"url": "https://example.org/a"}, ["example.org"]),
        ({"args": ["--from=hf://meta-llama/model"]}, ["huggingface.co"]),
        ({"env": [{"name": "MODEL_HOST", "value": "models.example.org:443"}]}, ["models.example.org"]),
        ({"text": "a: postgres://user:word@db.example.org:5432/x"}, ["db.example.org"]),
        ({"text": "git+https://8.8.8.8/a"}, ["8.8.8.8"]),
        (
            {"url": "http://mysql.kubeflow.svc:3306", "other": "http://127.0.0.1:80", "third": "http://a:1"},
            [],
        ),
        (
            {"url": "https://(.+?).example.org/x", "text": "see example.org", "s3": "s3://bucket.of.mine/a"},
            [],
        ),
        ({"host": "10.0.0.8", "endpoint": "http://192.168.1.1:9000"}, []),
    ],
)
def test_addresses_are_found_by_what_they_look_like_and_stand_under(value: object, hosts: list[str]) -> None:
    assert [host for host, _ in outside(value, "Thing/a", allowed=())] == hosts


def test_what_only_an_engine_knows_is_looked_at_once_it_is_known() -> None:
    secret = "https://user:hunter2@idp.example.org"

    identity = {
        "provider": "oidc",
        "oidc": {"issuer": "https://sso.example.com", "clientId": "kubeflow"},
    }
    settings = _stack(
        identity=identity,
        gateway={"hosts": ["kubeflow.example.com"]},
        airgap={"enabled": True, "allowedHosts": ["*.example.com"]},
    )
    with pytest.raises(pulumi.RunError) as error:
        declared(settings, secrets={"client-secret": secret})
    assert "found 'idp.example.org' in Secret/" in str(error.value)
    assert "hunter2" not in str(error.value)


def test_the_stack_in_the_documentation_reaches_for_nothing_outside() -> None:
    text = (ROOT / "docs" / "airgap.md").read_text(encoding="utf-8")
    shown = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])["config"]
    settings = {key.removeprefix("slipway:"): value for key, value in shown.items()}
    rendered = declared(settings, secrets={"registry": "{}"}, charts=True)
    assert len(rendered.outputs["images"]) > 90
    without = {key: value for key, value in settings.items() if key != "addons"}
    (line,) = refused(without, secrets={"registry": "{}"}, charts=True)
    assert "slipway:addons.source.kind" in line
