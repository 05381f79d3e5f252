"""TrainJobs run: one of each runtime to its end, and those that must not are refused, fail or wait."""

import re
from collections.abc import Generator

import pytest

from simulator.programs import steering
from tests.live.platform import LivePlatform
from tests.live.training import CPU, RUNS, SIMULATED, once, train_job

_SECONDS = 240
_GPUS = "nvidia.com/gpu"
_SAY_GPUS = ["python3", "-c", "print('four GPUs were asked for')"]


@pytest.fixture(scope="module")
def jobs(platform: LivePlatform) -> Generator[str]:
    """A namespace in which all of the jobs have been created; they run side by side."""
    name = "training-jobs"
    platform.kubectl("create", "namespace", name)
    platform.wait("serviceaccount/default", "create", name)
    platform.apply(once("once", name))
    wide = {**CPU, "limits": {_GPUS: "4"}}
    too_wide = {**CPU, "limits": {_GPUS: "16"}}
    platform.apply(
        train_job("wide", name, "torch-distributed", numNodes=2, resourcesPerNode=wide, command=_SAY_GPUS),
        train_job("too-wide", name, "torch-distributed", resourcesPerNode=too_wide, command=_SAY_GPUS),
        train_job(
            "fails", name, "once", kind="TrainingRuntime", command=["python3", "-c", "raise SystemExit(1)"]
        ),
        *(
            train_job(_short(runtime), name, runtime, numNodes=2, resourcesPerNode=CPU, command=list(command))
            for runtime, command in RUNS.items()
        ),
        *(train_job(_short(runtime), name, runtime) for runtime in SIMULATED),
    )
    yield name
    platform.kubectl("delete", "namespace", name, "--wait=false")


def _short(runtime: str) -> str:
    return re.sub(r"[.]", "-", runtime.removesuffix("-distributed"))


def _completed(platform: LivePlatform, name: str, namespace: str) -> None:
    def ended() -> str:
        return next(
            (
                condition
                for condition in ("Complete", "Failed")
                if platform.condition("trainjob", name, namespace, condition) == "True"
            ),
            "",
        )

    assert platform.until(f"TrainJob {name} at its end", ended, _SECONDS) == "Complete"


def _pods(platform: LivePlatform, name: str, namespace: str) -> dict[str, str]:
    """The nodes of a job's pods, by their names."""
    pods = platform.list("pod", namespace, f"jobset.sigs.k8s.io/jobset-name={name}")
    return {pod["metadata"]["name"]: pod["spec"].get("nodeName", "") for pod in pods}


def _printed(platform: LivePlatform, name: str, namespace: str) -> str:
    # The workers of a launcher go with its end, perhaps while they are asked.
    told = (
        platform.kubectl("logs", pod, "-n", namespace, check=False)
        for pod in _pods(platform, name, namespace)
    )
    return "".join(one.stdout for one in told)


def _live_nodes(platform: LivePlatform) -> set[str]:
    return platform.names("node", "-l", f"{steering.LABEL}={steering.VALUE}")


@pytest.mark.parametrize("runtime", ["jax-distributed", "mlx-distributed", "deepspeed-distributed"])
def test_the_processes_of_a_job_add_up_what_each_has(platform: LivePlatform, jobs: str, runtime: str) -> None:
    _completed(platform, _short(runtime), jobs)
    printed = _printed(platform, _short(runtime), jobs)
    assert sorted(re.findall(r"process (\d) of 2.*: sum 3$", printed, re.MULTILINE)) == ["0", "1"]


def test_workers_of_xgboost_build_trees_of_the_points_of_both(platform: LivePlatform, jobs: str) -> None:
    _completed(platform, "xgboost", jobs)
    errors = re.findall(
        r"worker of 2: error ([\d.]+) to ([\d.]+)$", _printed(platform, "xgboost", jobs), re.M
    )
    # Both know the error over all points.
    assert len(errors) == 2
    assert len(set(errors)) == 1
    first, last = map(float, errors[0])
    assert last < first / 2


@pytest.mark.parametrize("runtime", SIMULATED)
def test_fine_tuning_is_simulated_to_its_end(platform: LivePlatform, jobs: str, runtime: str) -> None:
    _completed(platform, _short(runtime), jobs)
    pods = _pods(platform, _short(runtime), jobs)
    # What downloads the dataset, what downloads the model, what trains.
    assert len(pods) == 3
    assert not set(pods.values()) & _live_nodes(platform)


def test_two_nodes_of_four_gpus_have_the_gpus_of_the_live_node(platform: LivePlatform, jobs: str) -> None:
    _completed(platform, "wide", jobs)
    pods = _pods(platform, "wide", jobs)
    assert len(pods) == 2
    assert set(pods.values()) == _live_nodes(platform)
    assert _printed(platform, "wide", jobs).splitlines() == ["four GPUs were asked for"] * 2


def test_more_gpus_than_a_node_has_are_waited_for(platform: LivePlatform, jobs: str) -> None:
    def unscheduled() -> list[str]:
        pods = platform.list("pod", jobs, "jobset.sigs.k8s.io/jobset-name=too-wide")
        return [
            condition["message"]
            for pod in pods
            for condition in pod.get("status", {}).get("conditions", ())
            if condition["type"] == "PodScheduled" and condition["status"] == "False"
        ]

    (message,) = platform.until("a pod that finds no node", unscheduled)
    assert f"Insufficient {_GPUS}" in message
    assert set(_pods(platform, "too-wide", jobs).values()) == {""}
    assert not platform.condition("trainjob", "too-wide", jobs, "Complete")


def test_a_program_that_fails_makes_its_job_fail(platform: LivePlatform, jobs: str) -> None:
    platform.wait("trainjob/fails", "condition=Failed", jobs, _SECONDS)
    (pod,) = platform.list("pod", jobs, "jobset.sigs.k8s.io/jobset-name=fails")
    (container,) = pod["status"]["containerStatuses"]
    assert container["state"]["terminated"]["exitCode"] == 1
    assert not platform.condition("trainjob", "fails", jobs, "Complete")


def test_a_job_of_a_runtime_that_is_not_there_is_refused(platform: LivePlatform, namespace: str) -> None:
    message = platform.refused(train_job("lost", namespace, "torch-distribted"))
    assert "validator.trainjob.trainer.kubeflow.org" in message
    assert "torch-distribted" in message
    assert not platform.names("trainjob", "-n", namespace)


def test_a_job_that_sets_what_the_runtime_sets_is_refused(platform: LivePlatform, namespace: str) -> None:
    own = [{"name": "PET_NNODES", "value": "7"}]
    message = platform.refused(train_job("own", namespace, "torch-distributed", env=own))
    assert "must not have reserved envs" in message
