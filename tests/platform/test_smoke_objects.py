"""What the smoke tests create, before a real API server: nothing in it is misspelt or of another version."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ci.smoke import objects
from ci.smoke.cluster import Object
from tests.support.project import StackCopy

pytestmark = pytest.mark.engine

TEAM, IMAGE = "vision", "jupyter-scipy"


def created(platform: StackCopy, obj: Object, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the server says of an object in a dry run."""
    file = folder / "object.json"
    file.write_text(json.dumps(obj), encoding="utf-8")
    return platform.shell(f"kubectl create --dry-run=server --validate=strict --filename={file}")


def made() -> list[Object]:
    image = "registry.example.com/jupyter-scipy:1"
    return [
        objects.profile("smoke", "ann@example.com"),
        objects.notebook("smoke", TEAM, image),
        objects.train_job("smoke-train", TEAM, image),
        objects.inference_service("iris", TEAM),
    ]


@pytest.mark.parametrize("obj", made(), ids=lambda obj: obj["kind"])
def test_what_a_smoke_test_creates_is_accepted(platform: StackCopy, obj: Object, tmp_path: Path) -> None:
    done = created(platform, obj, tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("obj", made(), ids=lambda obj: obj["kind"])
def test_a_field_that_the_type_lacks_is_refused(platform: StackCopy, obj: Object, tmp_path: Path) -> None:
    wrong: dict[str, Any] = {**obj, "spec": {**obj["spec"], "mistaken": 1}}
    done = created(platform, wrong, tmp_path)
    assert done.returncode == 1
    assert 'unknown field "spec.mistaken"' in done.stderr


def test_the_platform_has_the_runtime_the_image_and_the_components(platform: StackCopy) -> None:
    outputs = platform.outputs()
    assert [image for image in outputs["images"] if IMAGE in image]
    assert {"notebooks", "pipelines", "trainer", "serving", "profiles"} <= set(outputs["components"])
    assert "torch-distributed" in {
        one["metadata"]["name"] for one in platform.objects("clustertrainingruntimes")
    }
    assert set(outputs["firstUser"]) == {"email", "password"}
