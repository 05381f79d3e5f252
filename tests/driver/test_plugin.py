"""Which Kubernetes plugin a stack gets, and that no other continues its state."""

import json
import os
from pathlib import Path

import pytest

from simulator.driver import plugin
from simulator.driver.checkpoint import Deployment
from simulator.driver.errors import DriverError
from tests.support.scripted import Scripted, scripted

REFUSED = "print('warning: once more', file=sys.stderr); sys.exit('error: no such host')"
INSTALLED = """
import os, pathlib
folder = pathlib.Path(os.environ["PULUMI_HOME"], "plugins", f"resource-kubernetes-v{args[-1]}")
folder.mkdir(parents=True)
(folder / "pulumi-resource-kubernetes").touch()
"""


def state(outputs: dict[str, str]) -> Deployment:
    resource = {"urn": "urn:x", "type": "kubernetes:core/v1:ConfigMap", "custom": True, "outputs": outputs}
    return {"resources": [resource]}


STAND_INS = state({"__plugin": "stand-in"})
PLUGINS = state({"__initialApiVersion": "v1"})


@pytest.fixture(autouse=True)
def _no_choice(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(plugin.CHOICE, raising=False)
    monkeypatch.setenv("PATH", os.defpath)


@pytest.fixture
def refusing(tmp_path: Path) -> Scripted:
    return scripted(tmp_path / "bin", "pulumi", REFUSED)


@pytest.fixture
def installing(tmp_path: Path) -> Scripted:
    return scripted(tmp_path / "bin", "pulumi", INSTALLED)


def choose(pulumi: Scripted, deployment: Deployment | None = None) -> str:
    return plugin.choose("local", deployment or {}, pulumi.path, dict(os.environ))


def test_pulumis_own_plugin_is_installed_where_it_can_be_had(installing: Scripted) -> None:
    assert choose(installing) == "plugin"
    assert choose(installing) == "plugin"
    assert len(installing.calls) == 1
    assert installing.calls[0][:4] == ["plugin", "install", "resource", "kubernetes"]


def test_the_stand_in_serves_where_it_cannot(refusing: Scripted) -> None:
    assert choose(refusing) == "stand-in"


def test_a_refusal_is_remembered_for_a_day(refusing: Scripted) -> None:
    choose(refusing)
    choose(refusing)
    assert len(refusing.calls) == 1
    memory = Path(os.environ["SLIPWAY_CACHE"]) / "kubernetes-plugin.json"
    content = json.loads(memory.read_text())
    assert content["reason"] == "no such host"
    memory.write_text(json.dumps({**content, "refused": content["refused"] - 25 * 60 * 60}))
    choose(refusing)
    assert len(refusing.calls) == 2


def test_a_plugin_that_the_user_has_on_path_is_taken(
    refusing: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = scripted(tmp_path / "own", "pulumi-resource-kubernetes", "")
    monkeypatch.setenv("PATH", f"{own.path.parent}:{os.defpath}")
    assert choose(refusing) == "plugin"
    assert refusing.calls == []


def test_the_stand_in_on_path_is_not_taken_for_a_plugin_of_the_user(
    refusing: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{plugin.STAND_IN}:{os.defpath}")
    assert choose(refusing) == "stand-in"


def test_a_state_keeps_the_stand_in_also_where_the_plugin_can_be_had(installing: Scripted) -> None:
    assert choose(installing, STAND_INS) == "stand-in"
    assert installing.calls == []


def test_a_state_of_the_plugin_is_refused_where_that_cannot_be_had(refusing: Scripted) -> None:
    with pytest.raises(DriverError) as refusal:
        choose(refusing, PLUGINS)
    assert "the state of stack 'local' was made with Pulumi's own Kubernetes plugin" in str(refusal.value)
    assert "no such host" in str(refusal.value)
    assert "`pulumi plugin install resource kubernetes" in str(refusal.value)


@pytest.mark.parametrize(("asked", "made"), [("real", STAND_INS), ("stand-in", PLUGINS)])
def test_asking_for_the_other_plugin_is_refused(
    asked: str, made: Deployment, refusing: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(plugin.CHOICE, asked)
    with pytest.raises(
        DriverError, match=r"the two cannot continue each other's state.*make down STACK=local"
    ):
        choose(refusing, made)
    assert refusing.calls == []


def test_asking_for_the_plugin_is_refused_where_it_cannot_be_had(
    refusing: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(plugin.CHOICE, "real")
    with pytest.raises(
        DriverError, match=r"SLIPWAY_KUBERNETES_PLUGIN=real, but .* cannot be had here: no such"
    ):
        choose(refusing)


def test_a_choice_that_does_not_exist_is_refused(refusing: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(plugin.CHOICE, "both")
    with pytest.raises(DriverError, match="is 'both'; allowed are `real` and `stand-in`"):
        choose(refusing)


def test_a_state_that_both_have_made_is_refused(refusing: Scripted) -> None:
    both = {"resources": [*STAND_INS["resources"], *PLUGINS["resources"]]}
    with pytest.raises(DriverError, match="stack 'local' cannot be continued"):
        choose(refusing, both)
