"""Training jobs for a live platform: what they run, and the objects."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.versions import Trainer

JAX = """
import os
import jax
from jax.experimental.multihost_utils import process_allgather

jax.distributed.initialize(
    os.environ["JAX_COORDINATOR_ADDRESS"],
    int(os.environ["JAX_NUM_PROCESSES"]),
    int(os.environ["JAX_PROCESS_ID"]),
)
every = process_allgather(jax.numpy.array([jax.process_index() + 1]))
print(f"process {jax.process_index()} of {jax.process_count()}: sum {int(every.sum())}", flush=True)
"""

# Each worker has points of its own; the trees are those of all.
XGBOOST = """
import os
import numpy
import xgboost
from xgboost import collective
from xgboost.tracker import RabitTracker

rank, workers = int(os.environ["DMLC_TASK_ID"]), int(os.environ["DMLC_NUM_WORKER"])
uri, port = os.environ["DMLC_TRACKER_URI"], int(os.environ["DMLC_TRACKER_PORT"])
tracker = RabitTracker(n_workers=workers, host_ip="0.0.0.0", port=port) if rank == 0 else None
if tracker:
    tracker.start()
names = {"dmlc_tracker_uri": uri, "dmlc_tracker_port": port, "dmlc_task_id": str(rank), "dmlc_retry": 8}
with collective.CommunicatorContext(**names):
    points = numpy.random.default_rng(rank).random((500, 4))
    data, kept = xgboost.DMatrix(points, points.sum(axis=1), nthread=1), {}
    xgboost.train({"nthread": 1}, data, 10, evals=[(data, "train")], evals_result=kept, verbose_eval=False)
    first, *_, last = kept["train"]["rmse"]
    print(f"worker of {collective.get_world_size()}: error {first:.4f} to {last:.4f}", flush=True)
if tracker:
    tracker.wait_for()
"""

_NAMES_OF_OPERATOR = """
import os

os.environ.update(
    DMLC_TASK_ID=os.environ["RANK"],
    DMLC_NUM_WORKER=os.environ["WORLD_SIZE"],
    DMLC_TRACKER_URI=os.environ["MASTER_ADDR"],
    DMLC_TRACKER_PORT=os.environ["MASTER_PORT"],
)
"""

MLX = """
import mlx.core as mx

world = mx.distributed.init(strict=True, backend="mpi")
total = mx.distributed.all_sum(mx.array([world.rank() + 1]))
print(f"process {world.rank()} of {world.size()}: sum {total.item()}", flush=True)
"""

MPI = """
from mpi4py import MPI

world = MPI.COMM_WORLD
total = world.allreduce(world.rank + 1)
print(f"process {world.rank} of {world.size} on {MPI.Get_processor_name()}: sum {total}", flush=True)
"""

PYTORCH = """
import torch
import torch.distributed as dist

dist.init_process_group("gloo")
total = torch.ones(1) * (dist.get_rank() + 1)
dist.all_reduce(total)
print(f"process {dist.get_rank()} of {dist.get_world_size()}: sum {int(total)}", flush=True)
"""

RUNS: Mapping[str, Sequence[str]] = {
    "jax-distributed": ["python3", "-c", JAX],
    "xgboost-distributed": ["python3", "-c", XGBOOST],
    "mlx-distributed": ["mpirun", "-n", "2", "python3", "-c", MLX],
    "deepspeed-distributed": ["mpirun", "-n", "2", "python3", "-c", MPI],
}
"""What runs with each runtime but PyTorch's, whose job is on the page docs/live.md."""

SIMULATED = ("torchtune-llama3.2-1b", "torchtune-llama3.2-3b", "torchtune-qwen2.5-1.5b")


# Without a request for CPU a pod has next to no share of it where the machine has other things to do.
CPU: Mapping[str, Mapping[str, str]] = {"requests": {"cpu": "1"}}


def train_job(
    name: str, namespace: str, runtime: str, *, kind: str = "ClusterTrainingRuntime", **trainer: object
) -> dict[str, Any]:
    """A TrainJob; `trainer` are the fields of its `spec.trainer`."""
    spec: dict[str, Any] = {"runtimeRef": {"name": runtime, "kind": kind}}
    if trainer:
        spec["trainer"] = trainer
    return _object("trainer.kubeflow.org/v1alpha1", "TrainJob", name, namespace, spec)


def once(name: str, namespace: str) -> dict[str, Any]:
    """A TrainingRuntime with PyTorch's image whose jobs are tried once."""
    container = {"name": "node", "image": Trainer.TORCH, "resources": CPU}
    job = {
        "name": "node",
        "template": {
            "metadata": {"labels": {"trainer.kubeflow.org/trainjob-ancestor-step": "trainer"}},
            "spec": {
                "backoffLimit": 0,
                "template": {"spec": {"restartPolicy": "Never", "containers": [container]}},
            },
        },
    }
    spec = {"mlPolicy": {"numNodes": 1}, "template": {"spec": {"replicatedJobs": [job]}}}
    return _object("trainer.kubeflow.org/v1alpha1", "TrainingRuntime", name, namespace, spec)


def operator_job(kind: str, name: str, namespace: str) -> dict[str, Any]:
    """A PyTorchJob or XGBoostJob of the training operator: a master and a worker, both run its program."""
    field, container, image, program = {
        "PyTorchJob": ("pytorchReplicaSpecs", "pytorch", Trainer.TORCH, PYTORCH),
        "XGBoostJob": ("xgbReplicaSpecs", "xgboost", Trainer.XGBOOST, _NAMES_OF_OPERATOR + XGBOOST),
    }[kind]
    command = ["python3", "-c", program]
    template = {
        "spec": {"containers": [{"name": container, "image": image, "command": command, "resources": CPU}]}
    }
    replica = {"replicas": 1, "restartPolicy": "OnFailure", "template": template}
    return _object("kubeflow.org/v1", kind, name, namespace, {field: {"Master": replica, "Worker": replica}})


def _object(version: str, kind: str, name: str, namespace: str, spec: object) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}
