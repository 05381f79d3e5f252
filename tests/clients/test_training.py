"""Training as a data scientist does it, by `kubeflow.trainer`, and tuning by `kubeflow.optimizer`."""

from pathlib import Path
from typing import Any

import pytest

from tests.clients.running import Ran
from tests.clients.team import Team, trial
from tests.support.project import StackCopy

pytestmark = pytest.mark.engine
CLIENT = "kubeflow"


@pytest.fixture(scope="module")
def trained(team: Team, python: Path) -> Ran:
    """The program that creates the jobs, having run."""
    return team.run(python, "train")


@pytest.fixture(scope="module")
def answer(trained: Ran) -> dict[str, Any]:
    """What the client found, having created its jobs."""
    return trained.answer


def test_the_client_finds_the_version_of_the_platform(trained: Ran) -> None:
    assert trained.status == 0
    assert "version info is not available" not in trained.told


def test_every_runtime_of_the_platform_is_found(answer: dict[str, Any], platform: StackCopy) -> None:
    there = {one["metadata"]["name"]: one for one in platform.objects("clustertrainingruntimes")}
    assert set(answer["runtimes"]) == set(there)
    assert {"torch-distributed", "deepspeed-distributed", "jax-distributed", "xgboost-distributed"} < set(
        there
    )
    for name, found in answer["runtimes"].items():
        assert found["framework"] == there[name]["metadata"]["labels"]["trainer.kubeflow.org/framework"]
        jobs = there[name]["spec"]["template"]["spec"]["replicatedJobs"]
        assert found["image"] == jobs[-1]["template"]["spec"]["template"]["spec"]["containers"][0]["image"]
    gpu = {name for name, found in answer["runtimes"].items() if found["device"] == "gpu"}
    assert gpu == {name for name in there if name.startswith("torchtune-")}


def test_jobs_are_accepted_and_listed_with_their_runtimes(answer: dict[str, Any], team: Team) -> None:
    assert answer["jobs"] == {
        "network": "torch-distributed",
        "trees": "xgboost-distributed",
        "language-model": "torchtune-qwen2.5-1.5b",
    }
    assert team.names("trainjobs") >= set(answer["jobs"])
    assert answer["nodes"] == 2


@pytest.mark.usefixtures("answer")
def test_what_a_job_asks_for_is_stored_as_it_was_meant(team: Team) -> None:
    spec = team.get("trainjob", "network")
    assert spec["activeDeadlineSeconds"] == 3600
    trainer = spec["trainer"]
    assert trainer["numNodes"] == 2
    assert trainer["resourcesPerNode"]["limits"] == {"cpu": 4, "memory": "16Gi", "nvidia.com/gpu": 2}
    assert trainer["env"] == [{"name": "NCCL_DEBUG", "value": "INFO"}]
    assert trainer["command"][:2] == ["bash", "-c"]
    assert "def train_network(epochs: int)" in trainer["command"][2]
    assert "torchrun" in trainer["command"][2]
    (patch,) = spec["runtimePatches"]
    (job,) = patch["trainingRuntimeSpec"]["template"]["spec"]["replicatedJobs"]
    pod = job["template"]["spec"]["template"]["spec"]
    assert pod["volumes"] == [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    assert pod["containers"] == [{"name": "node", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}]
    assert pod["tolerations"][0]["key"] == "nvidia.com/gpu"


@pytest.mark.usefixtures("answer")
def test_fine_tuning_says_what_to_download_and_what_to_tune(team: Team) -> None:
    spec = team.get("trainjob", "language-model")
    assert spec["initializer"]["model"]["storageUri"] == "hf://Qwen/Qwen2.5-1.5B-Instruct"
    assert spec["initializer"]["dataset"]["storageUri"] == "hf://tatsu-lab/alpaca/data"
    assert spec["trainer"]["command"] == ["tune", "run"]
    assert {"epochs=2", "batch_size=4", "model.lora_rank=8"} < set(spec["trainer"]["args"])


def test_tuning_a_training_job_makes_an_experiment_of_training_jobs(team: Team, python: Path) -> None:
    answer = team.run(python, "optimize").answer
    assert answer["created"] in answer["listed"]
    spec = team.get("experiment", answer["created"])
    assert {one["name"]: one["feasibleSpace"] for one in spec["parameters"]} == {
        "lr": {"distribution": "logUniform", "min": "0.001", "max": "0.1"},
        "layers": {"list": ["2", "4", "8"]},
    }
    made = trial(spec, {"lr": "0.05", "layers": "4"})
    assert (made["kind"], made["spec"]["trainer"]["numNodes"]) == ("TrainJob", 2)
    team.could_create("trial-of-a-training-job", made)


@pytest.mark.parametrize(
    ("which", "says"),
    [
        ("missing-runtime", r"clustertrainingruntimes.trainer.kubeflow.org \"torch-distribute\" not found"),
        ("name-with-a-dot", "the name is a DNS label (RFC 1035)"),
        ("two-patches-of-one-manager", "spec.runtimePatches[1]: Duplicate value"),
        ("misspelt-field", r"unknown field \"spec.trainer.nodes\""),
    ],
)
def test_a_wrong_job_is_refused_by_the_server(team: Team, python: Path, which: str, says: str) -> None:
    before = team.names("trainjobs")
    assert says in team.run(python, "refused_training", which, team.namespace).refusal
    assert team.names("trainjobs") == before


def test_another_team_is_out_of_reach(team: Team, python: Path) -> None:
    refusal = team.run(python, "refused_training", "misspelt-field", "default").refusal
    assert "cannot create resource" in refusal
