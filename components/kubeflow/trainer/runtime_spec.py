"""The spec of a training runtime, from its recipe, its settings and the stack's node pools.

Shapes: kubeflow/trainer v2.2.0, manifests/base/runtimes. Names and labels by which the controller finds its
way: pkg/constants/constants.go there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from ...contracts import NodePool
from ...kube.pulling import pulled
from ...kube.settings import Compute
from ...versions import Trainer as Images
from .node_pools import devices, pod_placement
from .recipe import Recipe
from .runtime_settings import InitializersSettings, Shape

_Json = dict[str, Any]

_STEP = "trainer.kubeflow.org/trainjob-ancestor-step"
_TRAINER, _NODE, _LAUNCHER = "trainer", "node", "launcher"
_DATASET, _MODEL = "dataset-initializer", "model-initializer"

_VOLUME = "initializer"
# Both initializers and Kubeflow's Python client have it built in.
_WORKSPACE = "/workspace"
_SHARED_MEMORY = "shared-memory"
# Where the .sshd_config of mpioperator/base has the server listen.
_SSH_PORT = 2222


@dataclass(frozen=True, kw_only=True)
class Downloads:
    """What downloads before training, and the volume it goes to."""

    dataset_image: str
    model_image: str
    volume: Mapping[str, Any]

    @classmethod
    def of(cls, settings: InitializersSettings) -> Self:
        """Take them from settings."""
        volume: _Json = {
            "accessModes": [settings.access_mode],
            "resources": {"requests": {"storage": settings.volume_size}},
        }
        if settings.storage_class is not None:
            volume["storageClassName"] = settings.storage_class
        return cls(
            dataset_image=pulled(settings.dataset_image or Images.DATASET_INITIALIZER),
            model_image=pulled(settings.model_image or Images.MODEL_INITIALIZER),
            volume=volume,
        )


def runtime_spec(recipe: Recipe, shape: Shape, downloads: Downloads, pools: Sequence[NodePool]) -> _Json:
    """Return the spec of a runtime (trainer.kubeflow.org/v1alpha1, TrainingRuntimeSpec)."""
    asked = devices(shape, recipe.devices, pools)
    where = pod_placement(shape, asked, pools)
    container = _container(recipe, shape, asked)
    pod: _Json = {"containers": [container], **where}
    if shape.shared_memory:
        memory = {"medium": "Memory", "sizeLimit": shape.shared_memory}
        pod["volumes"] = [{"name": _SHARED_MEMORY, "emptyDir": memory}]
    job_set: _Json = {}
    training: list[_Json]
    if recipe.policy == "mpi":
        training = _with_launcher(recipe, shape, pod)
        # The launcher looks the other pods up before they are ready.
        job_set["network"] = {"publishNotReadyAddresses": True}
        job_set["successPolicy"] = {"operator": "All", "targetReplicatedJobs": [_LAUNCHER]}
    else:
        training = [_job(_NODE, pod, _TRAINER)]
    before = _downloading(recipe, downloads, where)
    if before:
        awaited = [{"name": job["name"], "status": "Complete"} for job in before]
        training = [{**job, "dependsOn": awaited} for job in training]
        job_set["volumeClaimPolicies"] = [
            {"templates": [{"metadata": {"name": _VOLUME}, "spec": dict(downloads.volume)}]}
        ]
    jobs = [*before, *training]
    if not shape.mesh:
        for job in jobs:
            job["template"]["spec"]["template"]["metadata"] = {"labels": {"sidecar.istio.io/inject": "false"}}
    job_set["replicatedJobs"] = jobs
    return {"mlPolicy": _policy(recipe, shape), "template": {"spec": job_set}}


def _policy(recipe: Recipe, shape: Shape) -> _Json:
    match recipe.policy:
        case "plain":
            return {"numNodes": shape.nodes or 1}
        case "mpi":
            mpi = {
                "mpiImplementation": "OpenMPI",
                "numProcPerNode": recipe.mpi.processes,
                "runLauncherAsNode": True,
                "sshAuthMountPath": f"{recipe.mpi.home}/.ssh",
            }
            # The controller makes so many launchers of it; the other pods are counted by their own job.
            return {"numNodes": 1, "mpi": mpi}
        case policy:
            return {"numNodes": shape.nodes or 1, policy: {}}


def _container(recipe: Recipe, shape: Shape, asked: Mapping[str, int]) -> _Json:
    result: _Json = {"name": _NODE, "image": recipe.image}
    if recipe.command:
        result["command"] = list(recipe.command)
    if recipe.args:
        result["args"] = list(recipe.args)
    if shape.environment:
        result["env"] = [{"name": name, "value": value} for name, value in shape.environment.items()]
    resources = {
        "requests": _amounts(shape.requests),
        # A device is asked for by its limit.
        "limits": {**_amounts(shape.limits), **asked},
    }
    if any(resources.values()):
        result["resources"] = {name: amounts for name, amounts in resources.items() if amounts}
    mounts: list[_Json] = []
    if recipe.downloads:
        mounts.append({"name": _VOLUME, "mountPath": _WORKSPACE})
    if shape.shared_memory:
        mounts.append({"name": _SHARED_MEMORY, "mountPath": "/dev/shm"})
    if mounts:
        result["volumeMounts"] = mounts
    if recipe.policy == "mpi":
        result["securityContext"] = {"runAsUser": recipe.mpi.user}
    return result


def _with_launcher(recipe: Recipe, shape: Shape, pod: _Json) -> list[_Json]:
    """The launcher, which trains too and takes what a TrainJob says, and the pods that it reaches by SSH."""
    (container,) = pod["containers"]
    reached: _Json = {
        **container,
        "command": ["/usr/sbin/sshd"],
        "args": ["-De", "-f", f"{recipe.mpi.home}/.sshd_config"],
        "readinessProbe": {"tcpSocket": {"port": _SSH_PORT}, "initialDelaySeconds": 5},
    }
    others = _job(_NODE, {**pod, "containers": [reached]})
    if shape.nodes and shape.nodes > 2:
        count = shape.nodes - 1
        others["template"]["spec"].update(parallelism=count, completions=count)
    return [_job(_LAUNCHER, pod, _TRAINER), others]


def _downloading(recipe: Recipe, downloads: Downloads, where: Mapping[str, Any]) -> list[_Json]:
    """The jobs that download. They run where the training does, so that their volume is within its reach."""
    sources = (
        (_DATASET, recipe.dataset, downloads.dataset_image),
        (_MODEL, recipe.model, downloads.model_image),
    )
    result: list[_Json] = []
    for step, source, image in sources:
        if source is not None:
            container = {
                "name": step,
                "image": image,
                "env": [{"name": "STORAGE_URI", "value": source}],
                "volumeMounts": [{"name": _VOLUME, "mountPath": _WORKSPACE}],
            }
            result.append(_job(step, {"containers": [container], **where}, step))
    return result


def _job(name: str, pod: _Json, step: str | None = None) -> _Json:
    """One job of the set; `step` tells the controller which part of a TrainJob it stands for."""
    template: _Json = {"spec": {"template": {"spec": pod}}}
    if step:
        template["metadata"] = {"labels": {_STEP: step}}
    return {"name": name, "template": template}


def _amounts(compute: Compute) -> dict[str, str]:
    pairs = {"cpu": compute.cpu, "memory": compute.memory}
    return {name: amount for name, amount in pairs.items() if amount is not None}
