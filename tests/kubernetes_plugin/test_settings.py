"""The provider's settings: kubeconfigs, and what a change of settings means."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
import yaml

from simulator.kubernetes import config
from simulator.kubernetes.access import kubeconfig
from simulator.kubernetes.config import Config
from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.values.wire import UNKNOWN, Object


def _kubeconfig(server: str = "https://one", token: str = "t", **cluster: str) -> Object:
    return {
        "current-context": "main",
        "contexts": [
            {"name": "main", "context": {"cluster": "c", "user": "u", "namespace": "team"}},
            {"name": "other", "context": {"cluster": "d", "user": "u"}},
        ],
        "clusters": [
            {"name": "c", "cluster": {"server": server, **cluster}},
            {"name": "d", "cluster": {"server": "https://two"}},
        ],
        "users": [{"name": "u", "user": {"token": token}}],
    }


@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump])
def test_a_kubeconfig_is_contents_or_a_path(tmp_path: Path, write: object) -> None:
    text = str(write(_kubeconfig()))  # type: ignore[operator]
    (tmp_path / "config").write_text(text)
    for given in (text, str(tmp_path / "config")):
        access = Config.read({"kubeconfig": given}, {}).access
        assert access is not None
        assert (access.server, access.token, access.namespace) == ("https://one", "t", "team")


def test_context_cluster_and_namespace_override_the_kubeconfig() -> None:
    text = json.dumps(_kubeconfig())
    other = Config.read({"kubeconfig": text, "context": "other", "namespace": "mine"}, {})
    assert other.access is not None
    assert (other.access.server, other.namespace) == ("https://two", "mine")
    assert Config.read({"kubeconfig": text, "cluster": "d"}, {}).access.server == "https://two"  # type: ignore[union-attr]


def test_without_a_kubeconfig_the_usual_ones_are_read(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(json.dumps({"current-context": "main", "contexts": _kubeconfig()["contexts"]}))
    second.write_text(json.dumps({**_kubeconfig(), "current-context": "other"}))
    found = Config.read({}, {"KUBECONFIG": f"{first}:{second}:{tmp_path / 'none'}"})
    assert found.access is not None
    assert found.access.server == "https://one"


@pytest.mark.parametrize(
    ("given", "obstacle"),
    [
        ("/no/such/file", "neither the path of a file nor a kubeconfig's contents"),
        ("{", r"nor valid JSON \(line 1\)"),
        ("a: b\nc: d: e", r"nor valid YAML \(line 2\)"),
        (json.dumps({}), "names no current context"),
        (json.dumps({**_kubeconfig(), "current-context": "gone"}), "no context 'gone'"),
        (json.dumps({**_kubeconfig(), "clusters": []}), "no cluster 'c' with a server"),
        (
            json.dumps(_kubeconfig(**{"certificate-authority-data": "%%%"})),
            "certificate-authority-data is not base64",
        ),
        (json.dumps(_kubeconfig(**{"certificate-authority": "/no/ca"})), "/no/ca cannot be read"),
    ],
)
def test_a_kubeconfig_that_cannot_be_used_says_why(given: str, obstacle: str) -> None:
    found = Config.read({"kubeconfig": given}, {})
    assert found.access is None
    assert re.search(obstacle, found.obstacle)


@pytest.mark.parametrize("broken", ["token: s3cr3t\nc: d: e", '{"token": "s3cr3t"', "- s3cr3t", "s3cr3t"])
def test_what_is_wrong_with_a_kubeconfig_is_told_without_its_contents(broken: str) -> None:
    found = Config.read({"kubeconfig": broken}, {})
    assert found.obstacle
    assert "s3cr3t" not in found.obstacle


def test_credentials_are_not_shown() -> None:
    text = json.dumps(_kubeconfig(token="s3cr3t-token"))
    assert "s3cr3t" not in repr(Config.read({"kubeconfig": text}, {}))


def test_certificates_come_from_data_or_files(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("FILE")
    (tmp_path / "config").write_text(json.dumps(_kubeconfig(**{"certificate-authority": "ca.pem"})))
    data = base64.b64encode(b"DATA").decode()
    for given, authority in {
        str(tmp_path / "config"): "FILE",
        json.dumps(_kubeconfig(**{"certificate-authority-data": data})): "DATA",
    }.items():
        assert kubeconfig.select(kubeconfig.parse(given)).authority == authority


def test_the_environment_speaks_where_the_settings_do_not() -> None:
    environment = {"PULUMI_K8S_UPSERT_EXISTING_OBJECTS": "true", "PULUMI_K8S_DELETE_UNREACHABLE": "true"}
    found = Config.read({"upsertExistingObjects": "false"}, environment)
    assert (found.upsert, found.delete_unreachable) == (False, True)


def test_with_an_identifier_only_its_change_means_another_cluster() -> None:
    old = {"kubeconfig": json.dumps(_kubeconfig()), "clusterIdentifier": "a"}
    moved = {**old, "kubeconfig": json.dumps(_kubeconfig("https://three"))}
    assert config.difference(old, moved) == (["kubeconfig"], [])
    assert config.difference(old, {**old, "kubeconfig": UNKNOWN}) == (["kubeconfig"], [])
    assert config.difference(old, {**old, "clusterIdentifier": "b"})[1] == ["clusterIdentifier"]
    assert config.difference(old, old) == ([], [])


def test_without_an_identifier_another_active_cluster_does() -> None:
    old = {"kubeconfig": json.dumps(_kubeconfig())}
    renewed = {"kubeconfig": json.dumps(_kubeconfig(token="new"))}
    moved = {"kubeconfig": json.dumps(_kubeconfig("https://three"))}
    assert config.difference(old, renewed) == (["kubeconfig"], [])
    assert config.difference(old, moved) == (["kubeconfig"], ["kubeconfig"])
    assert config.difference(old, {**old, "context": "other"}) == (["context"], ["context"])
    assert config.difference(old, {"kubeconfig": UNKNOWN}) == (["kubeconfig"], ["kubeconfig"])
    assert config.difference(old, {**old, "namespace": "n"}) == (["namespace"], [])


def test_adding_an_identifier_replaces_nothing() -> None:
    old = {"kubeconfig": json.dumps(_kubeconfig())}
    assert config.difference(old, {**old, "clusterIdentifier": "a"}) == (["clusterIdentifier"], [])


def test_credentials_of_a_program_are_asked_of_it(tmp_path: Path) -> None:
    entry = {"command": "get-token", "apiVersion": "client.authentication.k8s.io/v1beta1", "args": ["-c"]}
    content = _kubeconfig()
    content["users"] = [{"name": "u", "user": {"exec": entry}}]
    login = kubeconfig.select(content).login
    assert login is not None
    assert (login.command, login.arguments) == ("get-token", ("-c",))
    content["users"] = [{"name": "u", "user": {"auth-provider": {}}}]
    with pytest.raises(RefusedError, match="auth-provider"):
        kubeconfig.select(content)
