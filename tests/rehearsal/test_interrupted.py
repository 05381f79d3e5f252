"""A rehearsal that is stopped leaves nothing, and one that is killed nothing that hinders the next."""

import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from components.components_settings import ComponentsSettings
from simulator.driver.engine import INTERRUPTED
from tests.support.project import ProjectCopy, processes_of, project

from .support import is_clean, rehearse

pytestmark = pytest.mark.engine

_ON = ("profiles",)
_SMALL: Mapping[str, Any] = {
    "config": {
        "slipway:cluster": {
            "provider": "aws",
            "account": "123456789012",
            "region": "eu-central-1",
            "nodePools": [
                {"name": "system", "machineType": "m7i.2xlarge", "min": 2, "max": 3, "perZone": False}
            ],
        },
        "slipway:components": {name: {"enabled": name in _ON} for name in ComponentsSettings().enabled()},
    }
}


def _begun(copy: ProjectCopy) -> "subprocess.Popen[str]":
    """A rehearsal, once its cluster is there and the engine runs."""
    process = copy.stack("small").start("rehearse")
    log = copy.root / ".slipway-rehearsals" / "small" / "engine.log"
    while not log.exists():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.1)
    return process


def test_a_rehearsal_that_is_terminated_leaves_nothing() -> None:
    with project({"small": _SMALL}) as copy:
        begun = _begun(copy)
        begun.send_signal(signal.SIGTERM)
        said, _ = begun.communicate()
        assert begun.returncode == INTERRUPTED, said
        assert is_clean(copy)


def test_the_next_rehearsal_clears_what_a_killed_one_left() -> None:
    with project({"small": _SMALL}) as copy:
        begun = _begun(copy)
        begun.kill()
        begun.communicate()
        assert processes_of(copy)
        assert Path(copy.root / ".slipway-rehearsals").is_dir()
        again = rehearse(copy.stack("small"))
        assert again.status == 0, again.said
        assert is_clean(copy)
