"""Jobs of the training operator run, and wrong ones are refused."""

import re

import pytest

from tests.live.platform import LivePlatform
from tests.live.training import operator_job

_SECONDS = 180


def _printed(platform: LivePlatform, name: str, namespace: str) -> str:
    pods = platform.list("pod", namespace, f"training.kubeflow.org/job-name={name}")
    return "".join(platform.logs(pod["metadata"]["name"], namespace) for pod in pods)


def test_the_processes_of_a_pytorch_job_add_up_what_each_has(platform: LivePlatform, namespace: str) -> None:
    platform.apply(operator_job("PyTorchJob", "sum", namespace))
    platform.wait("pytorchjob/sum", "condition=Succeeded", namespace, _SECONDS)
    printed = _printed(platform, "sum", namespace)
    assert sorted(re.findall(r"process (\d) of 2: sum 3$", printed, re.MULTILINE)) == ["0", "1"]


def test_a_worker_waits_until_its_master_has_a_name(platform: LivePlatform, namespace: str) -> None:
    platform.apply(operator_job("PyTorchJob", "waits", namespace))
    platform.wait("pytorchjob/waits", "condition=Running", namespace, _SECONDS)
    (worker,) = platform.list("pod", namespace, "training.kubeflow.org/replica-type=worker")
    (waiting,) = worker["spec"]["initContainers"]
    assert "waits-master-0" in waiting["command"][-1]


def test_an_xgboost_job_trains(platform: LivePlatform, namespace: str) -> None:
    platform.apply(operator_job("XGBoostJob", "trees", namespace))
    platform.wait("xgboostjob/trees", "condition=Succeeded", namespace, _SECONDS)
    assert len(re.findall(r"^worker of 2: error", _printed(platform, "trees", namespace), re.MULTILINE)) == 2


@pytest.mark.parametrize("kind", ["PyTorchJob", "XGBoostJob"])
def test_a_job_whose_container_has_another_name_is_refused(
    platform: LivePlatform, namespace: str, kind: str
) -> None:
    job = operator_job(kind, "lost", namespace)
    (replicas,) = job["spec"].values()
    for replica in replicas.values():
        replica["template"]["spec"]["containers"][0]["name"] = "trainer"
    message = platform.refused(job)
    assert f"validator.{kind.lower()}.training-operator.kubeflow.org" in message
