"""What was under way when an engine was killed is settled, and nothing is made twice.

`pulumi` is a program of the test's own here, which hands out a state and writes down what it is given.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from simulator.driver import recovery
from simulator.driver.checkpoint import Deployment
from simulator.driver.engine import Engine
from simulator.driver.home import Home
from simulator.driver.project import Project
from tests.support.scripted import Scripted, scripted

OBJECT = "kubernetes:core/v1:ConfigMap"
BUCKET = "aws:s3/bucket:Bucket"
CLUSTER = "pulumi-python:dynamic/slipway:SimulatedCluster"


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:local::slipway::{type_}::{name}"


def deployment(*pending: tuple[str, str, str], known: tuple[tuple[str, str], ...] = ()) -> Deployment:
    return {
        "resources": [{"urn": urn(type_, name), "type": type_} for type_, name in known],
        "pending_operations": [
            {"type": kind, "resource": {"urn": urn(type_, name), "type": type_}}
            for kind, type_, name in pending
        ],
    }


class Settled:
    """What happens where a state with these operations is settled."""

    def __init__(self, tmp_path: Path, stack: str, given: Deployment) -> None:
        exported, imported = tmp_path / "exported.json", tmp_path / "imported.json"
        exported.write_text(json.dumps({"version": 3, "deployment": given}))
        self.pulumi: Scripted = scripted(
            tmp_path / "bin",
            "pulumi",
            f"if args[1] == 'export': print(open({str(exported)!r}).read())\n"
            f"if args[1] == 'import': open({str(imported)!r}, 'w').write(sys.stdin.read())",
        )
        self.said: list[str] = []
        engine = Engine(Project.find().stack(stack), self.pulumi.path, dict(os.environ))
        recovery.settle(engine, given, self.said.append)
        self.imported: dict[str, Any] | None = json.loads(imported.read_text()) if imported.exists() else None
        self.commands = [" ".join(call[:2]) for call in self.pulumi.calls]

    @property
    def left(self) -> list[str]:
        """The operations that the state has afterwards, by the name of their resource."""
        assert self.imported
        operations = self.imported["deployment"]["pending_operations"]
        return [operation["resource"]["urn"].rpartition("::")[2] for operation in operations]


def test_a_state_without_operations_under_way_needs_no_engine(home: Home, tmp_path: Path) -> None:
    settled = Settled(tmp_path, "local", deployment(known=((OBJECT, "there"),)))
    assert settled.commands == []
    assert settled.said == []


def test_what_was_being_created_is_created_again(home: Home, tmp_path: Path) -> None:
    given = deployment(
        ("creating", OBJECT, "new"), ("creating", CLUSTER, "cluster"), known=((OBJECT, "there"),)
    )
    settled = Settled(tmp_path, "local", given)
    assert settled.commands == ["stack export", "stack import"]
    assert settled.left == []
    assert settled.imported and settled.imported["deployment"]["resources"] == given["resources"]
    assert settled.said == ["creates again what was being created when the engine was killed: new, cluster"]


@pytest.mark.parametrize("kind", ["updating", "deleting"])
def test_what_was_being_changed_is_looked_at(kind: str, home: Home, tmp_path: Path) -> None:
    given = deployment((kind, OBJECT, "there"), known=((OBJECT, "there"), (OBJECT, "other")))
    settled = Settled(tmp_path, "local", given)
    (call,) = settled.pulumi.calls
    assert call[0] == "refresh"
    assert [call[index + 1] for index, word in enumerate(call) if word == "--target"] == [
        urn(OBJECT, "there")
    ]


def test_what_was_being_deleted_and_is_forgotten_already_is_not_looked_at(home: Home, tmp_path: Path) -> None:
    settled = Settled(tmp_path, "local", deployment(("deleting", OBJECT, "gone")))
    assert settled.commands == []


def test_resources_of_a_cloud_are_left_to_the_user(root: Path, tmp_path: Path) -> None:
    given = deployment(("creating", OBJECT, "new"), ("creating", BUCKET, "bucket"))
    settled = Settled(tmp_path, "cloud", given)
    assert settled.left == ["bucket"]
    assert "left alone, for they cannot be made twice: bucket" in settled.said[1]
    assert "`pulumi refresh --stack cloud`" in settled.said[1]


def test_many_operations_are_named_by_the_first_of_them(home: Home, tmp_path: Path) -> None:
    given = deployment(*(("creating", OBJECT, f"object-{number}") for number in range(5)))
    settled = Settled(tmp_path, "local", given)
    assert settled.said[0].endswith("object-0, object-1, object-2 and 2 more")
