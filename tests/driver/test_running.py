"""The summary says which programs of a live cluster run, and where one is not what is deployed."""

import io
from typing import Any

from rich.console import Console

from components.versions import Databases, JobSet
from simulator.driver.running import Running

DEPLOYED = [JobSet.CONTROLLER, Databases.MYSQL, "registry.example.com/other:1"]


def state(*projects: str) -> dict[str, Any]:
    kind = "pulumi-python:dynamic/slipway:SimulatedPrograms"
    return {"resources": [{"type": kind, "inputs": {"projects": list(projects), "images": []}}]}


def shown(running: Running) -> list[str]:
    output = io.StringIO()
    running.show(Console(file=output, width=80))
    return [" ".join(line.split()) for line in output.getvalue().splitlines() if line.strip()]


def test_projects_are_named_with_what_runs_in_place_of_what_is_deployed() -> None:
    running = Running.of(state("jobset", "databases"), DEPLOYED)
    assert running
    _, jobset, databases, *_, rest = shown(running)
    assert jobset == "jobset 1"
    assert databases.startswith("databases 1 mysql:8.4: MariaDB")
    assert rest == "Other images, whose pods are simulated: 1"


def test_images_of_projects_that_do_not_run_are_simulated() -> None:
    running = Running.of(state("jobset"), DEPLOYED)
    assert running
    assert list(running.projects) == ["jobset"]
    assert running.simulated == 2


def test_a_project_of_which_nothing_is_deployed_is_not_shown() -> None:
    running = Running.of(state("jobset", "databases"), [JobSet.CONTROLLER])
    assert running
    assert list(running.projects) == ["jobset"]


def test_nothing_is_said_of_a_cluster_on_which_nothing_runs() -> None:
    assert Running.of({"resources": []}, DEPLOYED) is None
