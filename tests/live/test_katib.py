"""Experiments by Katib's own controller, algorithms and collectors, in a team's namespace."""

import re
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.live.platform import LivePlatform
from tests.support.cluster import Object

IMAGE = "slipway.dev/examples/python:3"
COLLECTOR = "metrics-logger-and-collector"
TRIALS = 3

# A trial has to last until its collector, which the node starts after it, has found it (v0.19.0,
# pkg/metricscollector/v1beta1/common). Both see each other's processes.
COLLECTED = """\
import glob
import time


def collected():
    while not any("metricscollector" in open(path).read() for path in glob.glob("/proc/[0-9]*/cmdline")):
        time.sleep(0.2)
    time.sleep(2)
"""
# Best at x = 0.3. What it prints first is worse than what it prints last.
PROGRAM = """\
import sys

from collected import collected

x = float(sys.argv[1])
for epoch in (2, 1):
    print(f"epoch {3 - epoch}: loss={epoch * (0.01 + (x - 0.3) ** 2):.6f}", flush=True)
    collected()
"""
SILENT = """\
from collected import collected

collected()
print("done, and no word about how well")
"""


@dataclass(frozen=True)
class Experiments:
    """The experiments of this module, which all began at the same moment."""

    platform: LivePlatform
    namespace: str
    name: str

    def named(self, kind: str) -> str:
        """The name of one of them."""
        return f"{self.name}-{kind}"

    def ended(self, kind: str) -> Mapping[str, Any]:
        """The status of one of them, once it has come to its end."""
        name = self.named(kind)

        def ended() -> bool:
            true = [
                self.platform.condition("experiment", name, self.namespace, end)
                for end in ("Succeeded", "Failed")
            ]
            return "True" in true

        self.platform.until(f"experiment {name} has ended", ended, seconds=240)
        return self.platform.get("experiment", name, self.namespace)["status"]

    def trials(self, kind: str) -> dict[str, dict[str, Any]]:
        """The trials of one of them, by name."""
        found = self.platform.list(
            "trial", self.namespace, f"katib.kubeflow.org/experiment={self.named(kind)}"
        )
        return {trial["metadata"]["name"]: trial for trial in found}

    def logged(self, trial: str) -> list[float]:
        """The losses that a trial's program printed, in order."""
        pods = self.platform.list("pod", self.namespace, f"batch.kubernetes.io/job-name={trial}")
        assert len(pods) == 1, f"trial {trial} has {len(pods)} pods"
        text = self.platform.logs(pods[0]["metadata"]["name"], self.namespace, "-c", COLLECTOR)
        return [float(value) for value in re.findall(r"loss=([0-9.]+)", text)]


@pytest.fixture(scope="module")
def experiments(platform: LivePlatform) -> Generator[Experiments]:
    """Two algorithms, one of them a Python program and one a Go program, and a trial without metrics."""
    namespace, name = platform.teams[0], f"tune-{uuid.uuid4().hex[:6]}"
    programs = {"trial.py": PROGRAM, "silent.py": SILENT, "collected.py": COLLECTED}
    metadata = {"name": name, "namespace": namespace}
    platform.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": programs})
    began = Experiments(platform, namespace, name)
    platform.apply(
        _experiment(began, "random", algorithm="random"),
        _experiment(began, "sobol", algorithm="sobol"),
        _experiment(began, "silent", algorithm="sobol", program="silent.py", trials=1),
    )
    yield began
    for kind in ("random", "sobol", "silent"):
        platform.kubectl("delete", "experiment", began.named(kind), "-n", namespace, "--wait=false")
    platform.kubectl("delete", "configmap", name, "-n", namespace)


@pytest.mark.parametrize("algorithm", ["random", "sobol"])
def test_an_experiment_finds_the_best_of_what_its_trials_logged(
    experiments: Experiments, algorithm: str
) -> None:
    status = experiments.ended(algorithm)
    trials = experiments.trials(algorithm)
    assert status["trialsSucceeded"] == len(trials) == TRIALS, status
    logged = {name: experiments.logged(name) for name in trials}
    assert all(len(losses) == 2 for losses in logged.values()), logged
    best = min(logged, key=lambda name: logged[name][-1])
    optimal = status["currentOptimalTrial"]
    assert optimal["bestTrialName"] == best
    (metric,) = optimal["observation"]["metrics"]
    assert (float(metric["max"]), float(metric["latest"])) == tuple(logged[best])
    (suggested,) = optimal["parameterAssignments"]
    assert float(metric["latest"]) == pytest.approx(0.01 + (float(suggested["value"]) - 0.3) ** 2, abs=1e-6)


def test_a_trial_that_prints_no_metric_is_no_success(experiments: Experiments) -> None:
    status = experiments.ended("silent")
    (trial,) = experiments.trials("silent").values()
    conditions = {one["type"]: one for one in trial["status"]["conditions"]}
    assert conditions["MetricsUnavailable"]["status"] == "True", conditions
    assert status["metricsUnavailableTrialList"] == [trial["metadata"]["name"]]
    ends = {one["type"]: one["status"] for one in status["conditions"]}
    assert ends.get("Failed") == "True", ends
    assert ends.get("Succeeded") != "True", ends


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"algorithm": {"algorithmName": "guessing"}}, "suggestion config for algorithm: guessing"),
        ({"parallelTrialCount": TRIALS + 1}, "should be less than or equal to spec.maxTrialCount"),
        (
            {
                "parameters": [
                    {"name": "y", "parameterType": "int", "feasibleSpace": {"min": "1", "max": "3"}}
                ]
            },
            "parameter reference x does not exist in spec.parameters",
        ),
    ],
    ids=["unknown-algorithm", "more-at-once-than-in-all", "another-parameter-than-its-template"],
)
def test_a_wrong_experiment_is_refused(
    experiments: Experiments, changes: Mapping[str, Any], said: str
) -> None:
    right = _experiment(experiments, "wrong", algorithm="random")
    error = experiments.platform.refused({**right, "spec": {**right["spec"], **changes}})
    assert 'admission webhook "validator.experiment.katib.kubeflow.org"' in error
    assert said in error


def _experiment(
    of: Experiments, kind: str, *, algorithm: str, program: str = "trial.py", trials: int = TRIALS
) -> Object:
    container = {
        "name": "training-container",
        "image": IMAGE,
        "command": ["python3", f"/programs/{program}", "${trialParameters.x}"],
        "volumeMounts": [{"name": "programs", "mountPath": "/programs"}],
    }
    pod = {
        "metadata": {"labels": {"sidecar.istio.io/inject": "false"}},
        "spec": {
            "containers": [container],
            "restartPolicy": "Never",
            "volumes": [{"name": "programs", "configMap": {"name": of.name}}],
        },
    }
    job = {"apiVersion": "batch/v1", "kind": "Job", "spec": {"backoffLimit": 0, "template": pod}}
    bounds = {"min": "0.0", "max": "1.0"}
    return {
        "apiVersion": "kubeflow.org/v1beta1",
        "kind": "Experiment",
        "metadata": {"name": of.named(kind), "namespace": of.namespace},
        "spec": {
            "objective": {"type": "minimize", "objectiveMetricName": "loss"},
            "algorithm": {"algorithmName": algorithm},
            "maxTrialCount": trials,
            "parallelTrialCount": trials,
            "maxFailedTrialCount": 1,
            "parameters": [{"name": "x", "parameterType": "double", "feasibleSpace": bounds}],
            "trialTemplate": {
                # Its pods stay, and their logs.
                "retain": True,
                "primaryContainerName": "training-container",
                "trialParameters": [{"name": "x", "reference": "x", "description": "where to look"}],
                "trialSpec": job,
            },
        },
    }
