"""Training runtimes: what jobs are made from, where their pods run, and how they find each other."""

from functools import cache

import pytest

from components.kubeflow.trainer.built_in import BUILT_IN
from tests.components.test_trainer import GPU, SYSTEM, by_default, offered, trainer
from tests.reference import facts
from tests.support.render import Object, Rendered

H100 = "NVIDIA H100 80GB HBM3"
TOLERATION = {"key": "nvidia.com/gpu", "operator": "Equal", "value": "present", "effect": "NoSchedule"}
IMAGE = "registry.example.com/team/train:2026.11"
MINE = {"name": "mine", "framework": "torch", "image": IMAGE}
STEP = "trainer.kubeflow.org/trainjob-ancestor-step"


def own(**settings: object) -> Rendered:
    """Trainer with one runtime of its own, called `mine`."""
    return trainer({"runtimes": {"own": [{**MINE, **settings}]}})


def spec(rendered: Rendered, name: str = "mine") -> Object:
    return rendered.get("ClusterTrainingRuntime", name)["spec"]


def jobs(rendered: Rendered, name: str = "mine") -> dict[str, Object]:
    """The jobs of a runtime by name: their templates."""
    return {
        job["name"]: job["template"] for job in spec(rendered, name)["template"]["spec"]["replicatedJobs"]
    }


def pod(rendered: Rendered, name: str = "mine", job: str = "node") -> Object:
    return jobs(rendered, name)[job]["spec"]["template"]["spec"]


def container(rendered: Rendered, name: str = "mine", job: str = "node") -> Object:
    (only,) = pod(rendered, name, job)["containers"]
    return only


@cache
def in_the_mesh() -> Rendered:
    return trainer({"runtimes": {"builtIn": {name: {"mesh": True} for name in BUILT_IN}}}, pools=())


@pytest.mark.skipif(not facts.available(), reason="upstream's facts are not on this machine")
@pytest.mark.parametrize("name", BUILT_IN)
def test_with_the_mesh_and_without_node_pools_a_runtime_is_upstreams(name: str) -> None:
    theirs = facts.upstream("trainer")[f"ClusterTrainingRuntime/{name}"]
    ours = in_the_mesh().get("ClusterTrainingRuntime", name)
    assert ours["spec"] == theirs["spec"]
    assert theirs["labels"].items() <= ours["metadata"]["labels"].items()


@pytest.mark.skipif(not facts.available(), reason="upstream's facts are not on this machine")
def test_every_runtime_of_upstream_is_there() -> None:
    theirs = {name for name in facts.upstream("trainer") if name.startswith("ClusterTrainingRuntime/")}
    assert theirs == {f"ClusterTrainingRuntime/{name}" for name in BUILT_IN}


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_pod_of_a_job_gets_a_sidecar_unless_the_stack_says_so(name: str) -> None:
    for job in jobs(by_default(), name).values():
        assert job["spec"]["template"]["metadata"]["labels"] == {"sidecar.istio.io/inject": "false"}
    for job in jobs(in_the_mesh(), name).values():
        assert "metadata" not in job["spec"]["template"]


def test_a_runtime_that_asks_for_gpus_tolerates_the_taints_of_pools_that_have_them() -> None:
    assert pod(by_default(), "torchtune-qwen2.5-1.5b")["tolerations"] == [TOLERATION]
    assert "nodeSelector" not in pod(by_default(), "torchtune-qwen2.5-1.5b")
    # A job on CPUs stays off the nodes with GPUs.
    assert "tolerations" not in pod(by_default(), "torch-distributed")


def test_an_accelerator_brings_its_resource_and_the_nodes_that_have_it() -> None:
    rendered = own(accelerator={"model": H100, "count": 4})
    assert container(rendered)["resources"] == {"limits": {"nvidia.com/gpu": 4}}
    assert pod(rendered)["nodeSelector"] == GPU.labels
    assert pod(rendered)["tolerations"] == [TOLERATION]


def test_a_node_pool_brings_its_labels_and_no_devices() -> None:
    rendered = own(nodePool="system", requests={"cpu": 4, "memory": "8Gi"}, limits={"cpu": 8})
    assert container(rendered)["resources"] == {
        "requests": {"cpu": "4", "memory": "8Gi"},
        "limits": {"cpu": "8"},
    }
    assert pod(rendered)["nodeSelector"] == SYSTEM.labels
    assert "tolerations" not in pod(rendered)


def test_a_runtime_of_upstream_can_have_another_image_more_nodes_and_a_place() -> None:
    rendered = trainer(
        {
            "runtimes": {
                "builtIn": {
                    "torch-distributed": {
                        "image": IMAGE,
                        "nodes": 4,
                        "accelerator": {"model": H100, "count": 8},
                        "sharedMemory": "64Gi",
                        "environment": {"NCCL_DEBUG": "INFO"},
                    },
                    "jax-distributed": {"enabled": False},
                }
            }
        }
    )
    assert "jax-distributed" not in rendered.names("ClusterTrainingRuntime")
    assert spec(rendered, "torch-distributed")["mlPolicy"] == {"numNodes": 4, "torch": {}}
    node = container(rendered, "torch-distributed")
    assert node["image"] == IMAGE
    assert node["env"] == [{"name": "NCCL_DEBUG", "value": "INFO"}]
    (volume,) = pod(rendered, "torch-distributed")["volumes"]
    assert volume["emptyDir"] == {"medium": "Memory", "sizeLimit": "64Gi"}
    assert node["volumeMounts"] == [{"name": volume["name"], "mountPath": "/dev/shm"}]


@pytest.mark.parametrize(
    ("framework", "policy"), [("torch", "torch"), ("jax", "jax"), ("xgboost", "xgboost"), ("mlx", "mpi")]
)
def test_a_framework_brings_the_policy_by_which_its_pods_find_each_other(framework: str, policy: str) -> None:
    rendered = own(framework=framework)
    assert set(spec(rendered)["mlPolicy"]) == {"numNodes", policy}
    labels = rendered.get("ClusterTrainingRuntime", "mine")["metadata"]["labels"]
    assert labels["trainer.kubeflow.org/framework"] == framework


def test_another_framework_can_have_a_policy_or_none() -> None:
    assert spec(own(framework="tensorflow", policy="plain", nodes=3))["mlPolicy"] == {"numNodes": 3}
    assert "torch" in spec(own(framework="lightning", policy="torch"))["mlPolicy"]


def test_one_pod_of_a_job_with_mpi_is_the_launcher_and_the_others_are_reached_by_ssh() -> None:
    rendered = own(framework="deepspeed", nodes=4, accelerator={"model": H100, "count": 2})
    # numNodes would be the number of launchers.
    assert spec(rendered)["mlPolicy"]["numNodes"] == 1
    found = jobs(rendered)
    assert found["launcher"]["metadata"]["labels"] == {STEP: "trainer"}
    assert "metadata" not in found["node"]
    assert (found["node"]["spec"]["parallelism"], found["node"]["spec"]["completions"]) == (3, 3)
    for job in found:
        node = container(rendered, job=job)
        assert node["name"] == "node"
        assert node["resources"] == {"limits": {"nvidia.com/gpu": 2}}
        assert node["securityContext"] == {"runAsUser": 1000}
        assert pod(rendered, job=job)["nodeSelector"] == GPU.labels
    assert container(rendered)["command"] == ["/usr/sbin/sshd"]
    assert "command" not in container(rendered, job="launcher")
    assert spec(rendered)["template"]["spec"]["successPolicy"]["targetReplicatedJobs"] == ["launcher"]


def test_an_image_with_other_mpi_conventions_says_so() -> None:
    rendered = own(framework="mlx", mpi={"home": "/home/me", "user": 1234, "processesPerNode": 2})
    mpi = spec(rendered)["mlPolicy"]["mpi"]
    assert (mpi["sshAuthMountPath"], mpi["numProcPerNode"]) == ("/home/me/.ssh", 2)
    assert container(rendered)["args"] == ["-De", "-f", "/home/me/.sshd_config"]
    assert container(rendered)["securityContext"] == {"runAsUser": 1234}


def test_downloads_end_before_training_and_share_its_volume_and_its_place() -> None:
    rendered = trainer(
        {
            "runtimes": {
                "own": [
                    {
                        **MINE,
                        "nodePool": "gpu",
                        "download": {"dataset": "hf://team/words", "model": "s3://bucket/model"},
                    }
                ],
                "initializers": {
                    "volumeSize": "500Gi",
                    "storageClass": "fast",
                    "accessMode": "ReadWriteMany",
                    "modelImage": "registry.example.com/init:1",
                },
            }
        }
    )
    job_set = spec(rendered)["template"]["spec"]
    training = job_set["replicatedJobs"][-1]
    assert training["dependsOn"] == [
        {"name": "dataset-initializer", "status": "Complete"},
        {"name": "model-initializer", "status": "Complete"},
    ]
    (policy,) = job_set["volumeClaimPolicies"]
    (claim,) = policy["templates"]
    assert claim["spec"] == {
        "accessModes": ["ReadWriteMany"],
        "resources": {"requests": {"storage": "500Gi"}},
        "storageClassName": "fast",
    }
    for job, template in jobs(rendered).items():
        only = container(rendered, job=job)
        assert only["volumeMounts"] == [{"name": claim["metadata"]["name"], "mountPath": "/workspace"}]
        assert pod(rendered, job=job)["nodeSelector"] == GPU.labels
        assert template["metadata"]["labels"][STEP] == ("trainer" if job == "node" else job)
    uris = {job: container(rendered, job=job).get("env") for job in jobs(rendered)}
    assert uris["dataset-initializer"] == [{"name": "STORAGE_URI", "value": "hf://team/words"}]
    assert container(rendered, job="model-initializer")["image"] == "registry.example.com/init:1"


def test_the_platform_knows_every_image_that_jobs_pull() -> None:
    settings = {"runtimes": {"own": [MINE], "builtIn": {"mlx-distributed": {"enabled": False}}}}
    pulled = {
        one["image"]
        for runtime in trainer(settings).of("ClusterTrainingRuntime")
        for job in runtime["spec"]["template"]["spec"]["replicatedJobs"]
        for one in job["template"]["spec"]["template"]["spec"]["containers"]
    }
    told = offered(settings).images
    assert IMAGE in pulled
    assert pulled < set(told)
    # Besides them only the controllers' own, and none twice.
    assert len(told) == len(pulled) + 2


def test_a_model_can_be_tuned_on_other_devices_than_upstreams() -> None:
    rendered = trainer(
        {"runtimes": {"builtIn": {"torchtune-llama3.2-1b": {"accelerator": {"model": H100, "count": 1}}}}}
    )
    node = container(rendered, "torchtune-llama3.2-1b")
    assert node["resources"] == {"limits": {"nvidia.com/gpu": 1}}
    assert node["command"] == container(by_default(), "torchtune-llama3.2-1b")["command"]
    assert pod(rendered, "torchtune-llama3.2-1b")["nodeSelector"] == GPU.labels
