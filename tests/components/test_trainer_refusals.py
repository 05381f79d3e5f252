"""Settings of Trainer that cannot work are refused, with the key, what was found and what is allowed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from components.contracts import Accelerator, NodePool
from components.kubeflow.trainer import TrainerSettings
from components.settings_base import SettingsError
from components.settings_errors import explain
from tests.components.test_trainer import GPU, POOLS, SYSTEM, trainer

H100 = "NVIDIA H100 80GB HBM3"
MINE = {"name": "mine", "framework": "torch", "image": "registry.example.com/train:1"}
AMD = replace(
    GPU, name="amd", accelerator=Accelerator(model="Instinct MI300X", count=8, resource="amd.com/gpu")
)


def refusal(settings: Mapping[str, Any], pools: Sequence[NodePool] = POOLS) -> str:
    """The error of these settings, wherever on the way to the first object it is raised."""
    with pytest.raises((SettingsError, ValidationError)) as refused:
        trainer(settings, pools=pools)
    error = refused.value
    return str(explain(error, TrainerSettings) if isinstance(error, ValidationError) else error)


def own(**settings: object) -> dict[str, Any]:
    return {"runtimes": {"own": [{**MINE, **settings}]}}


def built_in(name: str, **settings: object) -> dict[str, Any]:
    return {"runtimes": {"builtIn": {name: settings}}}


WRONG: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a misspelt key": (own(imagee="a:1"), ("runtimes.own[0].imagee", "unknown", "image")),
    "a runtime without an image": (
        {"runtimes": {"own": [{"name": "mine", "framework": "torch"}]}},
        ("runtimes.own[0].image", "is missing"),
    ),
    "an image that moves": (own(image="a:latest"), ("runtimes.own[0].image", "latest")),
    "a name that is none": (own(name="My runtime"), ("runtimes.own[0].name", "'My runtime'", "lower-case")),
    "a name of upstream's": (
        own(name="torch-distributed"),
        ("runtimes.own[0]", "'torch-distributed'", "builtIn"),
    ),
    "a name twice": ({"runtimes": {"own": [MINE, MINE]}}, ("runtimes.own", "'mine'", "listed twice")),
    "a framework of which nothing is known": (
        own(framework="tensorflow"),
        ("runtimes.own[0]", "'tensorflow'", "policy", "plain"),
    ),
    "a policy that does not exist": (own(policy="horovod"), ("policy", "'horovod'", "'mpi'")),
    "a torchtune runtime of one's own": (own(framework="torchtune"), ("'torchtune'", "names", "builtIn")),
    "MPI with one pod": (own(framework="mlx", nodes=1), ("found nodes 1", "at least 2")),
    "MPI of upstream with one pod": (
        built_in("mlx-distributed", nodes=1),
        ("mlx-distributed.nodes", "found 1", "at least 2"),
    ),
    "MPI settings without MPI": (own(mpi={"user": 1}), ("mpi is set", "policy is torch")),
    "a home that is no path": (own(framework="mlx", mpi={"home": "me"}), ("mpi.home", "'me'")),
    "no pods": (own(nodes=0), ("nodes", "found 0", "at least 1")),
    "a tuned model on two nodes": (
        built_in("torchtune-llama3.2-1b", nodes=2),
        ("torchtune-llama3.2-1b.nodes", "found 2", "allowed: 1"),
    ),
    "a runtime that upstream does not have": (
        built_in("tensorflow-distributed"),
        ("runtimes.builtIn", "'tensorflow-distributed'", "torch-distributed"),
    ),
    "a request above its limit": (
        own(requests={"cpu": 4}, limits={"cpu": 2}),
        ("requests.cpu is 4", "limits.cpu is 2"),
    ),
    "a variable that is none": (own(environment={"1 X": "y"}), ("environment", "'1 X'")),
    "a download from elsewhere": (
        own(download={"model": "https://example.com/model"}),
        ("download.model", "https://example.com/model", "hf|s3"),
    ),
    "a download of nothing": (own(download={}), ("download", "downloads nothing")),
    "a node pool that does not exist": (
        own(nodePool="gpus"),
        ("components.trainer.runtimes.own[0].nodePool", "'gpus'", "system, gpu"),
    ),
    "an accelerator that no pool has": (
        own(accelerator={"model": "A100", "count": 1}),
        ("runtimes.own[0].accelerator.model", "'A100'", H100),
    ),
    "an accelerator that the chosen pool lacks": (
        own(nodePool="system", accelerator={"model": H100, "count": 1}),
        ("accelerator.model", "node pool 'system'", "there is none"),
    ),
    "more devices than a node has": (
        own(accelerator={"model": H100, "count": 9}),
        ("accelerator.count", "found 9", "at most 8", "'gpu'"),
    ),
    "a tuned model on nodes without GPUs": (
        built_in("torchtune-llama3.2-1b", nodePool="system"),
        ("runtimes.builtIn.torchtune-llama3.2-1b.nodePool", "'system'", "2 nvidia.com/gpu"),
    ),
    "limits that the Python client cannot read": (
        own(limits={"memory": "8Gi"}),
        ("runtimes.own[0].limits", "memory", "limits.cpu"),
    ),
    "a lease shorter than its renewal": (
        {"controller": {"leaderElection": {"leaseDuration": 10}}},
        ("controller.leaderElection", "leaseDuration 10", "renewDeadline 10"),
    ),
    "a renewal without room for a retry": (
        {"jobSet": {"leaderElection": {"retryPeriod": 9}}},
        ("jobSet.leaderElection", "renewDeadline 10", "retryPeriod 9"),
    ),
    "a log level in words": (
        {"controller": {"logVerbosity": "debug"}},
        ("logVerbosity", "'debug'", "number"),
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_it_is_refused(what: str) -> None:
    settings, words = WRONG[what]
    message = refusal(settings)
    for word in words:
        assert word in message


def test_a_model_in_two_pools_needs_a_pool_by_name() -> None:
    pools = (*POOLS, replace(GPU, name="spot"))
    settings = own(accelerator={"model": H100, "count": 1})
    assert "set nodePool to one of gpu, spot" in refusal(settings, pools)
    chosen = own(accelerator={"model": H100, "count": 1}, nodePool="spot")
    assert "mine" in trainer(chosen, pools=pools).names("ClusterTrainingRuntime")


def test_devices_that_the_python_client_does_not_know_need_a_limit_of_cpu_beside_them() -> None:
    accelerator = {"model": "Instinct MI300X", "count": 8}
    message = refusal(own(accelerator=accelerator), (SYSTEM, AMD))
    assert "amd.com/gpu" in message
    assert "add limits.cpu" in message
    rendered = trainer(own(accelerator=accelerator, limits={"cpu": 64}), pools=(SYSTEM, AMD))
    assert "mine" in rendered.names("ClusterTrainingRuntime")
