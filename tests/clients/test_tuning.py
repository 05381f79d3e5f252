"""Tuning as a data scientist does it, by `kubeflow.katib`."""

from pathlib import Path
from typing import Any

import pytest

from tests.clients.team import Team, trial

pytestmark = pytest.mark.engine
CLIENT = "katib"


@pytest.fixture(scope="module")
def answer(team: Team, python: Path) -> dict[str, Any]:
    """What the client found, having created its experiments."""
    return team.run(python, "tune", team.namespace).answer


def test_experiments_are_accepted_and_listed(answer: dict[str, Any], team: Team) -> None:
    assert {"written", "from-a-function"} <= set(answer["listed"])
    assert team.names("experiments") >= {"written", "from-a-function"}
    assert answer["goal"] == 0.99


@pytest.mark.usefixtures("answer")
def test_what_an_experiment_says_is_stored_as_it_was_meant(team: Team) -> None:
    spec = team.get("experiment", "written")
    assert spec["algorithm"]["algorithmName"] == "bayesianoptimization"
    assert spec["earlyStopping"]["algorithmName"] == "medianstop"
    assert spec["objective"] == {
        "type": "maximize",
        "goal": 0.99,
        "objectiveMetricName": "accuracy",
        "additionalMetricNames": ["loss"],
    }
    assert [one["feasibleSpace"] for one in spec["parameters"]] == [
        {"min": "2", "max": "8"},
        {"list": ["gbtree", "dart"]},
    ]
    assert (spec["maxTrialCount"], spec["parallelTrialCount"], spec["maxFailedTrialCount"]) == (12, 3, 3)


@pytest.mark.usefixtures("answer")
def test_the_server_would_take_the_trials_of_an_experiment(team: Team) -> None:
    for name, values in (
        ("written", {"depth": "4", "booster": "dart"}),
        ("from-a-function", {"lr": "0.05", "layers": "3"}),
    ):
        team.could_create(f"trial-of-{name}", trial(team.get("experiment", name), values))


@pytest.mark.parametrize(
    ("which", "says"),
    [
        ("unknown-objective", r"spec.objective.type: Unsupported value: \"smallest\""),
        ("more-failures-than-trials", "maxFailedTrialCount is at most maxTrialCount"),
        (
            "list-in-the-wrong-field",
            "spec.parameters[0].feasibleSpace.distribution in body must be of type string",
        ),
        ("misspelt-field", r"unknown field \"spec.objectiv\""),
    ],
)
def test_a_wrong_experiment_is_refused_by_the_server(team: Team, python: Path, which: str, says: str) -> None:
    before = team.names("experiments")
    assert says in team.run(python, "refused_tuning", team.namespace, which).refusal
    assert team.names("experiments") == before
