"""A mirror's credentials are in every namespace whose pods pull from it, and named by what starts pods."""

import ast
import json
from collections.abc import Iterator, Mapping
from contextvars import copy_context
from pathlib import Path

import pytest
from pulumi.runtime.config import set_all_config

from components.images import ImagesSettings, pull_secret_problem
from components.kube.pulling import PULL_SECRET
from components.settings_base import SettingsError
from stacks.settings import load
from tests.images.stacks import declared
from tests.support.everything import everything
from tests.support.render import Rendered

ROOT = Path(__file__).parents[2]
LOGIN = json.dumps({"auths": {"registry.example.com": {"auth": "cHVsbGVyOmR3M0xuOHM="}}})
IMAGES = {"mirror": "registry.example.com/mirror", "pullSecret": "registry"}


@pytest.fixture(scope="module")
def private() -> Rendered:
    teams = {"a": {"owner": "ada@example.com"}, "b": {"owner": "ada@example.com"}}
    return declared({"images": IMAGES, "teams": teams}, secrets={"registry": LOGIN})


def _places(rendered: Rendered, kind: str, name: str) -> set[str]:
    return {one["metadata"]["namespace"] for one in rendered.of(kind) if one["metadata"]["name"] == name}


def test_every_namespace_with_pods_has_the_credentials(private: Rendered) -> None:
    with_pods = {
        one["metadata"]["namespace"]
        for kind in ("Deployment", "DaemonSet", "StatefulSet", "Job")
        for one in private.of(kind)
    }
    assert {"auth", "kubeflow", "oauth2-proxy"} <= with_pods
    assert _places(private, "Secret", PULL_SECRET) >= with_pods | {"a", "b"}
    found = next(one for one in private.of("Secret") if one["metadata"]["name"] == PULL_SECRET)
    assert found["type"] == "kubernetes.io/dockerconfigjson"
    assert json.loads(found["stringData"][".dockerconfigjson"]) == json.loads(LOGIN)


def test_every_service_account_names_them(private: Rendered) -> None:
    without = [
        one["metadata"]["name"]
        for one in private.of("ServiceAccount")
        if one.get("imagePullSecrets") != [{"name": PULL_SECRET}]
    ]
    assert without == []
    assert {"a", "b", "kubeflow"} <= _places(private, "ServiceAccount", "default")
    assert _places(private, "ServiceAccount", "default-editor") == {"a", "b"}


def test_a_pod_s_service_account_is_one_that_is_declared(private: Rendered) -> None:
    accounts = {
        (one["metadata"]["namespace"], one["metadata"]["name"]) for one in private.of("ServiceAccount")
    }
    for one in private.of("Deployment"):
        used = one["spec"]["template"]["spec"].get("serviceAccountName", "default")
        assert (one["metadata"]["namespace"], used) in accounts, one["metadata"]["name"]


def _calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    for file in sorted((ROOT / "components").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield str(file.relative_to(ROOT)), node


def test_no_component_forgets_them_where_it_makes_an_account_or_a_namespace() -> None:
    accounts = list(_calls("ServiceAccount"))
    assert len(accounts) > 5
    without = [
        file for file, call in accounts if "image_pull_secrets" not in {one.arg for one in call.keywords}
    ]
    assert without == []
    making = {file for file, _ in _calls("make_pull_secret")}
    # A team's namespace and its accounts are made by two functions of one file; types alone start no pods.
    assert {file for file, _ in _calls("Namespace")} - making == set()


def test_a_stack_without_credentials_has_not_one_object_more() -> None:
    assert PULL_SECRET not in everything().names("Secret")
    assert "default" not in everything().names("ServiceAccount")
    assert not [one for one in everything().of("ServiceAccount") if "imagePullSecrets" in one]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "slipway:secret-registry: is missing, and images.pullSecret asks for it: `pulumi config set"),
        ({"registry": "hunter2"}, "slipway:secret-registry: is not what a node can log in with; allowed"),
        ({"registry": '{"credsStore": "desktop"}'}, "with the credentials in it"),
        ({"registry": '{"auths": {}}'}, "with the credentials in it"),
    ],
)
def test_credentials_that_are_none_are_refused_and_not_shown(values: Mapping[str, str], says: str) -> None:
    problem = pull_secret_problem(ImagesSettings.model_validate(IMAGES), values) or ""
    assert says in problem
    assert "hunter2" not in problem


def test_a_stack_file_gives_them_by_a_key_of_their_own() -> None:
    config = {
        "slipway:cluster": json.dumps({"provider": "simulated"}),
        "slipway:images": json.dumps(IMAGES),
        "slipway:secret-registry": LOGIN,
    }
    assert set(_load(config)) == {"registry"}
    without = {key: value for key, value in config.items() if key != "slipway:secret-registry"}
    with pytest.raises(SettingsError, match=r"slipway:secret-registry: is missing, and images\.pullSecret"):
        _load(without)
    unread = {key: value for key, value in config.items() if key != "slipway:images"}
    with pytest.raises(SettingsError, match="slipway:secret-registry: unknown key"):
        _load(unread)


def _load(config: Mapping[str, str]) -> list[str]:
    def read() -> list[str]:
        set_all_config(dict(config), [key for key in config if "secret" in key])
        return list(load().secrets.values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULUMI_CONFIG", json.dumps(config))
        return copy_context().run(read)
