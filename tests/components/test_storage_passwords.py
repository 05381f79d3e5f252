"""Generated passwords on the real engine: made once, kept secret, renewed when asked."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.kubernetes_plugin.project import Project

pytestmark = pytest.mark.engine

PROGRAM = """
from components.dynamic import GeneratedPassword

password = GeneratedPassword("own", length=given["length"], rotate=given["rotate"])
pulumi.export("value", password.value)
pulumi.export("id", password.id)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Generator[Project]:
    project = Project(tmp_path_factory.mktemp("passwords") / "small", {"length": 32, "rotate": ""})
    project.folder.mkdir()
    project.write(PROGRAM)
    project.up()
    yield project
    project.run("destroy", "--yes", "--skip-preview")


def told(project: Project, name: str) -> str:
    return json.loads(project.run("stack", "output", "--json", "--show-secrets"))[name]


def files_with(text: str, folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file() and text.encode() in one.read_bytes()]


def test_a_password_is_long_enough_and_of_letters_and_digits(project: Project) -> None:
    value = told(project, "value")
    assert len(value) == 32
    assert value.isalnum()
    assert len(set(value)) > 10


def test_the_password_stands_in_no_file_in_plain_text(project: Project) -> None:
    assert files_with("GeneratedPassword", project.folder / "home"), "the search finds what is there"
    assert not files_with(told(project, "value"), project.folder)


def test_the_password_is_not_printed(project: Project) -> None:
    value = told(project, "value")
    assert value not in project.run("stack", "output")
    assert value not in project.run("preview", "--diff")
    assert value not in json.dumps(project.exported)


def test_nothing_changes_while_nothing_is_asked(project: Project) -> None:
    before = told(project, "value")
    assert project.changes() == {}
    project.up()
    project.run("refresh", "--yes", "--skip-preview")
    assert told(project, "value") == before


def test_another_text_makes_another_password_and_another_id(project: Project) -> None:
    before, known_by = told(project, "value"), told(project, "id")
    project.given["rotate"] = "2026-11"
    project.up()
    assert told(project, "value") != before
    assert told(project, "id") != known_by
