"""Applications that the real Spark operator submits, in a team's namespace and by the team's owner."""

import copy
import json
import re
import uuid
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.live.platform import LivePlatform

Application = dict[str, Any]

PI: Application = yaml.safe_load((Path(__file__).parent / "objects" / "spark.yaml").read_text())
ENDED = ("COMPLETED", "FAILED", "SUBMISSION_FAILED")


@pytest.fixture
def application(platform: LivePlatform, team: str) -> Generator[Application]:
    """The example under a name of its own; it goes with its pods when the test ends."""
    found = copy.deepcopy(PI)
    found["metadata"]["name"] = f"pi-{uuid.uuid4().hex[:6]}"
    yield found
    name = found["metadata"]["name"]
    platform.kubectl("delete", "sparkapplication", name, "-n", team, "--ignore-not-found", "--wait=false")


def submitted(platform: LivePlatform, team: str, application: Application, *, refused: bool = False) -> str:
    """Create an application as the team's owner does; return what is said of it."""
    owner = platform.outputs["teams"][team]["owner"]
    given = json.dumps(application)
    done = platform.kubectl("create", "-n", team, "--as", owner, "-f-", input=given, check=not refused)
    return done.stdout + done.stderr


def ended(platform: LivePlatform, team: str, application: Application) -> Mapping[str, Any]:
    """Return an application's status once it has ended."""
    name = application["metadata"]["name"]

    def now() -> Mapping[str, Any] | None:
        status = platform.get("sparkapplication", name, team).get("status", {})
        return status if status.get("applicationState", {}).get("state") in ENDED else None

    return platform.until(f"{name} has ended", now, seconds=300)


def pods(platform: LivePlatform, team: str, application: Application, role: str) -> list[dict[str, Any]]:
    """Its pods of a role."""
    name = application["metadata"]["name"]
    return platform.list("pods", team, f"sparkoperator.k8s.io/app-name={name},spark-role={role}")


def test_a_driver_has_its_executor_work_and_the_application_completes(
    platform: LivePlatform, team: str, application: Application
) -> None:
    submitted(platform, team, application)
    status = ended(platform, team, application)
    assert status["applicationState"]["state"] == "COMPLETED", status["applicationState"]["errorMessage"]

    (driver,) = pods(platform, team, application, "driver")
    assert re.search(r"Pi is roughly 3\.\d+", platform.logs(driver["metadata"]["name"], team))
    (executor,) = pods(platform, team, application, "executor")
    assert "Finished task" in platform.logs(executor["metadata"]["name"], team)
    assert list(status["executorState"].values()) == ["COMPLETED"]
    # spark-submit cannot say whose a driver is: the webhook did.
    owners = [one["kind"] for one in driver["metadata"]["ownerReferences"]]
    assert owners == ["SparkApplication"]


def test_an_application_without_its_program_fails_and_says_why(
    platform: LivePlatform, team: str, application: Application
) -> None:
    application["spec"]["mainApplicationFile"] = "local:///opt/spark/examples/src/main/python/missing.py"
    submitted(platform, team, application)
    state = ended(platform, team, application)["applicationState"]
    assert state["state"] == "FAILED"
    assert "driver container failed with ExitCode: 2" in state["errorMessage"]
    assert not pods(platform, team, application, "executor")


def test_an_application_that_contradicts_itself_is_refused(
    platform: LivePlatform, team: str, application: Application
) -> None:
    nodes = {"kubernetes.io/os": "linux"}
    application["spec"]["nodeSelector"] = application["spec"]["driver"]["nodeSelector"] = nodes
    said = submitted(platform, team, application, refused=True)
    assert "node selector cannot be defined at both SparkApplication and Driver/Executor" in said


def test_an_application_whose_name_can_be_no_service_is_refused(
    platform: LivePlatform, team: str, application: Application
) -> None:
    application["metadata"]["name"] = "3-pi"
    assert 'invalid SparkApplication name "3-pi"' in submitted(platform, team, application, refused=True)
