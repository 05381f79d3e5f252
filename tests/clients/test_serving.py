"""Serving as a data scientist does it, by `kserve`."""

from pathlib import Path
from typing import Any

import pytest

from tests.clients.team import Team
from tests.support.project import StackCopy

pytestmark = pytest.mark.engine
CLIENT = "kserve"

FRAMEWORKS = {"pytorch", "tensorflow", "xgboost", "sklearn", "huggingface"}


@pytest.fixture(scope="module")
def answer(team: Team, python: Path) -> dict[str, Any]:
    """What the client found, having created its services."""
    return team.run(python, "serve", team.namespace).answer


def test_a_service_of_each_framework_is_accepted_and_listed(answer: dict[str, Any], team: Team) -> None:
    assert set(answer["listed"]) == FRAMEWORKS
    assert team.names("inferenceservices") == FRAMEWORKS


def test_there_is_a_runtime_for_the_model_of_each_service(
    answer: dict[str, Any], platform: StackCopy
) -> None:
    chosen = {
        model["name"]
        for runtime in platform.objects("clusterservingruntimes")
        for model in runtime["spec"]["supportedModelFormats"]
        if model.get("autoSelect") and not runtime["spec"].get("disabled")
    }
    assert {model["modelFormat"]["name"] for model in answer["models"].values()} <= chosen


@pytest.mark.usefixtures("answer")
def test_what_a_service_says_is_stored_as_it_was_meant(team: Team) -> None:
    assert team.get("inferenceservice", "pytorch") == {
        "predictor": {
            "minReplicas": 1,
            "maxReplicas": 4,
            "scaleMetric": "cpu",
            "scaleTarget": 70,
            "serviceAccountName": "default-editor",
            "model": {
                "modelFormat": {"name": "pytorch"},
                "name": "",
                "storageUri": "s3://models/pytorch",
                "resources": {
                    "requests": {"cpu": "1", "memory": "2Gi"},
                    "limits": {"nvidia.com/gpu": "1"},
                },
            },
        }
    }


def test_a_graph_over_services_is_accepted_and_read_back(answer: dict[str, Any], team: Team) -> None:
    assert answer["graph"] == team.get("inferencegraph", "both")
    steps = answer["graph"]["nodes"]["root"]["steps"]
    assert {one["serviceName"]: one["weight"] for one in steps} == {"sklearn": 80, "xgboost": 20}


@pytest.mark.parametrize(
    ("which", "says"),
    [
        ("format-without-name", "spec.predictor.model.modelFormat.name: Required value"),
        ("unknown-metric", r"spec.predictor.scaleMetric: Unsupported value: \"gpu\""),
        ("replicas-as-text", "spec.predictor.minReplicas in body must be of type integer"),
        ("misspelt-field", r"unknown field \"spec.predictor.model.storageURI\""),
    ],
)
def test_a_wrong_service_is_refused_by_the_server(team: Team, python: Path, which: str, says: str) -> None:
    before = team.names("inferenceservices")
    assert says in team.run(python, "refused_serving", team.namespace, which).refusal
    assert team.names("inferenceservices") == before
