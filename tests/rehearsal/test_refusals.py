"""What cannot be rehearsed is refused, before anything is made."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator.driver.cli import main

GKE: Mapping[str, Any] = {
    "provider": "gcp",
    "project": "acme-ml",
    "region": "europe-west4",
    "endpoint": {"public": True, "allowedRanges": ["203.0.113.0/24"]},
}


def said(
    config: Mapping[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *options: str,
) -> str:
    (tmp_path / "Pulumi.yaml").write_text("name: slipway\nruntime: python\nstackConfigDir: stacks\n")
    (tmp_path / "stacks").mkdir()
    content = {"config": {f"slipway:{key}": value for key, value in config.items()}}
    (tmp_path / "stacks" / "Pulumi.cloud.yaml").write_text(yaml.safe_dump(content))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SLIPWAY_HOME", raising=False)
    assert main(["rehearse", "--stack", "cloud", *options]) == 1
    assert {one.name for one in tmp_path.iterdir()} == {"Pulumi.yaml", "stacks"}
    return capsys.readouterr().err


def test_a_cluster_whose_machines_are_not_known_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said({"cluster": {"provider": "kind"}}, tmp_path, monkeypatch, capsys)
    assert "a cluster of provider 'kind' cannot be rehearsed" in text
    assert "allowed: aws, gcp, azure, simulated" in text


def test_a_cluster_alone_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said({"cluster": GKE, "scope": "cluster"}, tmp_path, monkeypatch, capsys)
    assert "has the scope 'cluster', and there is nothing to rehearse of it" in text


def test_wrong_settings_are_told_as_before_an_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said({"cluster": GKE, "component": {}}, tmp_path, monkeypatch, capsys)
    assert "slipway:component: unknown key. Did you mean 'components'?" in text


def test_an_option_that_it_does_not_know_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said({"cluster": GKE}, tmp_path, monkeypatch, capsys, "--yaml")
    assert "unknown options: --yaml; allowed: --json" in text
