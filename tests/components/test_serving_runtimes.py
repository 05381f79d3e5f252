"""Serving runtimes: which there are, what they run, and on which nodes."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from components.kubeflow.serving.runtimes.built_in import BUILT_IN
from tests.components.test_serving import serve
from tests.support.render import Object, Rendered

OWN = {"name": "mine", "image": "example.com/mine:1", "modelFormats": [{"name": "mine", "version": "1"}]}


def spec(rendered: Rendered, name: str) -> Object:
    return rendered.get("ClusterServingRuntime", name)["spec"]


def container(rendered: Rendered, name: str) -> Object:
    (only,) = spec(rendered, name)["containers"]
    return only


def own(**settings: object) -> Rendered:
    return serve(runtimes={"own": [{**OWN, **settings}]})


def test_all_runtimes_of_the_release_are_installed_and_run_as_anyone_but_root() -> None:
    rendered = serve()
    assert rendered.names("ClusterServingRuntime") == set(BUILT_IN)
    for name in BUILT_IN:
        security = container(rendered, name)["securityContext"]
        assert security["runAsNonRoot"]
        assert not security["allowPrivilegeEscalation"]
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container(rendered, name)["name"] == "kserve-container"


@pytest.mark.parametrize(
    ("model", "version", "runtime"),
    [
        ("sklearn", "1", "kserve-sklearnserver"),
        ("xgboost", "2", "kserve-xgbserver"),
        ("lightgbm", "4", "kserve-lgbserver"),
        ("tensorflow", "2", "kserve-tensorflow-serving"),
        ("pytorch", "1", "kserve-torchserve"),
        ("huggingface", "1", "kserve-huggingfaceserver"),
        ("onnx", "1", "kserve-tritonserver"),
        ("mlflow", "2", "kserve-mlserver"),
    ],
)
def test_a_service_that_names_only_its_format_gets_a_runtime(model: str, version: str, runtime: str) -> None:
    formats = spec(serve(), runtime)["supportedModelFormats"]
    (found,) = [one for one in formats if (one["name"], one["version"]) == (model, version)]
    assert found["autoSelect"]


def test_a_runtime_can_be_left_out_and_another_changed() -> None:
    rendered = serve(
        runtimes={
            "builtIn": {
                "kserve-pmmlserver": {"enabled": False},
                "kserve-sklearnserver": {"image": "example.com/sklearn:2", "limits": {"memory": "8Gi"}},
            }
        }
    )
    assert rendered.names("ClusterServingRuntime") == set(BUILT_IN) - {"kserve-pmmlserver"}
    changed = container(rendered, "kserve-sklearnserver")
    assert changed["image"] == "example.com/sklearn:2"
    assert changed["resources"] == {
        "requests": {"cpu": "1", "memory": "2Gi"},
        "limits": {"cpu": "1", "memory": "8Gi"},
    }


def test_runtimes_carry_no_placement_unless_they_are_given_a_node_pool() -> None:
    for one in serve().of("ClusterServingRuntime"):
        assert "nodeSelector" not in one["spec"]
        assert "tolerations" not in one["spec"]


def test_gpu_runtimes_go_to_the_node_pool_that_is_named_for_them() -> None:
    rendered = serve(runtimes={"gpuNodePool": "gpu"})
    taint = {"key": "nvidia.com/gpu", "operator": "Equal", "value": "present", "effect": "NoSchedule"}
    for name in ("kserve-huggingfaceserver", "kserve-tritonserver", "kserve-huggingfaceserver-multinode"):
        assert spec(rendered, name)["nodeSelector"] == {"pool": "gpu"}
        assert spec(rendered, name)["tolerations"] == [taint]
    assert spec(rendered, "kserve-huggingfaceserver-multinode")["workerSpec"]["nodeSelector"] == {
        "pool": "gpu"
    }
    assert "nodeSelector" not in spec(rendered, "kserve-sklearnserver")


def test_a_node_pool_of_one_runtime_is_stronger_than_that_of_the_gpu_runtimes() -> None:
    rendered = serve(
        runtimes={"gpuNodePool": "gpu", "builtIn": {"kserve-tritonserver": {"nodePool": "system"}}}
    )
    assert spec(rendered, "kserve-tritonserver")["nodeSelector"] == {"pool": "system"}
    assert "tolerations" not in spec(rendered, "kserve-tritonserver")


def test_a_runtime_that_spans_nodes_starts_its_head_with_every_argument_and_its_workers_with_none() -> None:
    head = container(serve(), "kserve-huggingfaceserver-multinode")
    (worker,) = spec(serve(), "kserve-huggingfaceserver-multinode")["workerSpec"]["containers"]
    assert head["command"][:2] == ["bash", "-c"]
    assert '"$0" "$@"' in head["command"][2]
    assert head["args"] == ["--model_name={{.Name}}"]
    assert worker["name"] == "worker-container"
    assert "args" not in worker
    assert (worker["image"], worker["resources"]) == (head["image"], head["resources"])
    # KServe sets these itself and refuses a runtime that has them.
    variables = {one["name"] for one in [*head["env"], *worker["env"]]}
    assert not variables & {"TENSOR_PARALLEL_SIZE", "PIPELINE_PARALLEL_SIZE"}


def test_an_own_runtime_is_what_the_stack_says() -> None:
    rendered = own(
        modelFormats=[{"name": "mine", "version": "1", "autoSelect": True, "priority": 2}],
        protocols=["v2"],
        args=["--name={{.Name}}"],
        environment={"LEVEL": "debug"},
        port=9000,
        user=1001,
    )
    found = container(rendered, "mine")
    assert (found["image"], found["args"]) == ("example.com/mine:1", ["--name={{.Name}}"])
    assert found["env"] == [{"name": "LEVEL", "value": "debug"}]
    assert found["ports"] == [{"containerPort": 9000, "protocol": "TCP"}]
    assert found["securityContext"]["runAsUser"] == 1001
    assert spec(rendered, "mine")["protocolVersions"] == ["v2"]
    assert spec(rendered, "mine")["supportedModelFormats"] == [
        {"name": "mine", "version": "1", "autoSelect": True, "priority": 2}
    ]


def test_an_own_runtime_with_accelerators_asks_for_those_of_its_node_pool() -> None:
    found = own(accelerators=4, nodePool="gpu")
    limits = container(found, "mine")["resources"]["limits"]
    assert limits["nvidia.com/gpu"] == "4"
    assert container(found, "mine")["resources"]["requests"]["nvidia.com/gpu"] == "4"
    assert spec(found, "mine")["nodeSelector"] == {"pool": "gpu"}


def test_a_copy_of_a_runtime_with_gpus_runs_its_gpu_image_and_is_chosen_by_name_alone() -> None:
    copy: dict[str, Any] = {"name": "hf-gpu", "base": "kserve-huggingfaceserver", "nodePool": "gpu"}
    rendered = serve(runtimes={"own": [{**copy, "accelerators": 1, "args": ["--dtype=bfloat16"]}]})
    found = container(rendered, "hf-gpu")
    assert found["image"] == container(rendered, "kserve-huggingfaceserver")["image"] + "-gpu"
    assert found["args"] == ["--model_name={{.Name}}", "--dtype=bfloat16"]
    assert [one["autoSelect"] for one in spec(rendered, "hf-gpu")["supportedModelFormats"]] == [False]
    annotations = rendered.get("ClusterServingRuntime", "hf-gpu")["metadata"]["annotations"]
    assert annotations["serving.kserve.io/server-type"] == "huggingfaceserver"
    without = serve(runtimes={"own": [copy]})
    assert not container(without, "hf-gpu")["image"].endswith("-gpu")


def test_models_are_fetched_by_a_container_that_a_restricted_namespace_accepts() -> None:
    only = serve().get("ClusterStorageContainer", "default")["spec"]
    assert only["container"]["securityContext"]["runAsNonRoot"]
    assert only["container"]["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert {"prefix": "s3://"} in only["supportedUriFormats"]
    assert only["supportsMultiModelDownload"]


def test_further_storage_containers_come_from_settings() -> None:
    hub = {
        "name": "hub",
        "image": "example.com/hub:1",
        "prefixes": ["hub://"],
        "patterns": ["https://hub/(.+)"],
    }
    found = serve(storageContainers=[hub]).get("ClusterStorageContainer", "hub")["spec"]
    assert found["supportedUriFormats"] == [{"prefix": "hub://"}, {"regex": "https://hub/(.+)"}]
    assert found["container"]["image"] == "example.com/hub:1"
    assert found["workloadType"] == "initContainer"


def test_the_head_of_a_ray_cluster_waits_for_its_nodes_and_then_serves(tmp_path: Path) -> None:
    head = container(serve(), "kserve-huggingfaceserver-multinode")
    for tool in ("ray", "python"):
        (tmp_path / tool).write_text(f'#!/bin/bash\necho "{tool} $*" >> "$OUT"\n')
        (tmp_path / tool).chmod(0o755)
    told = tmp_path / "told"
    subprocess.run(
        [*head["command"], "--model_name=llama", "--dtype=half precision"],
        check=True,
        env={
            "PATH": f"{tmp_path}:/usr/bin:/bin",
            "OUT": str(told),
            "MODEL_DIR": "/mnt/models",
            "POD_IP": "10.0.0.1",
            "RAY_PORT": "6379",
            "TENSOR_PARALLEL_SIZE": "8",
            "PIPELINE_PARALLEL_SIZE": "2",
        },
    )
    started, waited, served = told.read_text().splitlines()
    assert started.startswith("ray start --head")
    assert "registered_nodes" in waited
    assert served == (
        "python -m huggingfaceserver --model_dir=/mnt/models --tensor-parallel-size=8 "
        "--pipeline-parallel-size=2 --model_name=llama --dtype=half precision"
    )
