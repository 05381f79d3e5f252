"""Where each value of a stack comes from: the stack, an overlay that it lists, or nowhere."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator.driver.cli import main

STACK = {
    "cluster": {
        "provider": "simulated",
        "nodePools": [{"name": "one", "count": 2, "cpu": "16", "memory": "64Gi"}],
    },
    "overlays": ["small"],
    "components": {"dashboard": {"server": {"replicas": 3}}},
}
OVERLAY = {"settings": {"components": {"dashboard": {"server": {"replicas": 2, "requests": {"cpu": "20m"}}}}}}
ENCRYPTED = {"slipway:secret-cookie-secret": {"secure": "v1:abc:def"}}

Explained = Mapping[str, Mapping[str, Any]]
Explain = Callable[..., Explained]


@pytest.fixture
def explain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Explain:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "overlays" / "small").mkdir(parents=True)
    (tmp_path / "Pulumi.yaml").write_text("name: slipway\nruntime: python\nstackConfigDir: stacks\n")
    (tmp_path / "overlays" / "small" / "overlay.yaml").write_text(yaml.safe_dump(OVERLAY))
    content = {"config": {**{f"slipway:{key}": value for key, value in STACK.items()}, **ENCRYPTED}}
    (tmp_path / "stacks" / "Pulumi.one.yaml").write_text(yaml.safe_dump(content))
    monkeypatch.chdir(tmp_path)

    def run(*options: str) -> Explained:
        assert main(["explain", "--stack", "one", "--json", *options]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def test_each_value_is_told_with_its_origin(explain: Explain) -> None:
    found = explain("components.dashboard.server")
    assert found["components.dashboard.server.replicas"] == {"value": 3, "from": "stack"}
    assert found["components.dashboard.server.requests.cpu"] == {"value": "20m", "from": "overlay 'small'"}
    assert found["components.dashboard.server.requests.memory"]["from"] == "default"
    assert all(key.startswith("components.dashboard.server.") for key in found)


def test_what_an_entry_of_a_list_leaves_out_is_a_default(explain: Explain) -> None:
    found = explain("slipway:cluster")
    assert found["cluster.nodePools[0].count"] == {"value": 2, "from": "stack"}
    assert found["cluster.nodePools[0].architecture"] == {"value": "amd64", "from": "default"}


def test_defaults_can_be_left_out(explain: Explain) -> None:
    found = explain("--set")
    assert {one["from"] for one in found.values()} == {"stack", "overlay 'small'"}
    assert len(found) < 15


def test_no_secret_is_told(explain: Explain) -> None:
    assert not [key for key in explain() if "secret-cookie" in key]


def test_a_key_that_there_is_not_is_refused(explain: Explain, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain("scope") == {"scope": {"value": "everything", "from": "default"}}
    assert main(["explain", "--stack", "one", "component.dashboard"]) == 1
    assert "stack 'one' has no setting component.dashboard" in capsys.readouterr().err
    assert main(["explain", "--stack", "one", "--all"]) == 1
    assert "unknown options: --all; allowed: --json, --set, and keys" in capsys.readouterr().err


def test_people_get_a_table(explain: Explain, capsys: pytest.CaptureFixture[str]) -> None:
    explain("scope")
    assert main(["explain", "--stack", "one", "components.dashboard.server.replicas"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [["setting", "value", "from"], ["components.dashboard.server.replicas", "3", "stack"]]
