"""docs/live.md names the programs that run, and what it has a newcomer do fits the stack."""

import re
from typing import Any

import yaml

from components.versions import Trainer
from docs.reference import programs
from simulator.programs import images, projects
from tests.support.project import ROOT
from tests.support.render import render

PAGE = programs.PAGE.read_text(encoding="utf-8")
MANIFEST, SETTINGS = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))


def test_the_table_of_programs_is_that_of_the_simulator() -> None:
    assert programs.text() == PAGE, "out of date: `make reference` writes it anew"


def test_every_program_of_another_version_is_named_with_it() -> None:
    for image in images().values():
        (row,) = [line for line in PAGE.splitlines() if f"| `{image.image}` |" in line]
        assert not image.differs or f"| {image.version} |" in row


def test_the_job_of_the_page_names_a_runtime_whose_image_runs() -> None:
    runtime = render(trainer={}).get("ClusterTrainingRuntime", MANIFEST["spec"]["runtimeRef"]["name"])
    (job,) = runtime["spec"]["template"]["spec"]["replicatedJobs"]
    (container,) = job["template"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == Trainer.TORCH
    assert container["image"] in images()


def test_the_job_of_the_page_is_a_teams() -> None:
    stack: dict[str, Any] = yaml.safe_load((ROOT / "stacks" / "Pulumi.live.yaml").read_text())["config"]
    assert MANIFEST["metadata"]["namespace"] in stack["slipway:teams"]


def test_the_projects_that_the_page_chooses_are_there() -> None:
    assert set(SETTINGS["slipway:cluster"]["livePrograms"]) <= set(projects())


def test_the_page_is_linked_where_people_begin() -> None:
    assert "(docs/live.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "(live.md)" in (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
