"""What `make explain` says of the stack file `minimal`."""

import json

import pytest

from simulator.driver.cli import main
from tests.support.project import ROOT


def test_what_follows_from_the_setting_is_told_to_come_from_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["explain", "--stack", "minimal", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    meant = "slipway:minimal"
    assert told["addons.istio.enabled"] == {"value": False, "from": meant}
    assert told["identity.provider"] == {"value": "none", "from": meant}
    assert told["components.notebooks.webApp.secureCookies"] == {"value": False, "from": meant}
    assert told["minimal.user"] == {"value": "me@example.com", "from": "stack"}
    assert told["components.katib.enabled"] == {"value": False, "from": "stack"}
    assert told["identity.userHeader"]["from"] == "default"
