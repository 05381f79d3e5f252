"""Presets of LLM inference services: what their pods run, tried with a server that tells of itself."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.components.test_serving import serve
from tests.support.render import Object, Rendered

PREFIX = "kserve-config-llm-"
MANY = ("worker-data-parallel", "decode-worker-data-parallel", "prefill-worker-data-parallel")
ONE = ("template", "decode-template", "prefill-template")
GO = re.compile(r"\{\{ *(.*?) *\}\}")


def preset(rendered: Rendered, name: str) -> Object:
    return rendered.get("LLMInferenceServiceConfig", f"{PREFIX}{name}")["spec"]


def workload(rendered: Rendered, name: str) -> Object:
    spec = preset(rendered, name)
    return spec["prefill"] if name.startswith("prefill") else spec


def main(pod: Object) -> Object:
    (only,) = pod["containers"]
    assert only["name"] == "main"
    return only


def filled(text: str, values: dict[str, Any]) -> str:
    """The template as KServe's controller fills it: fields, `if` without else, and `or` with a default."""
    text = re.sub(
        r"\{\{ if (\S+) \}\}(.*?)\{\{ end \}\}", lambda found: found[2] if values.get(found[1]) else "", text
    )

    def value(found: re.Match[str]) -> str:
        words = found[1].split()
        if words[0] == "or":
            return str(values.get(words[1]) or words[2])
        return str(values[words[0]])

    return GO.sub(value, text)


def run(
    container: Object,
    tmp_path: Path,
    *args: str,
    values: dict[str, Any] | None = None,
    network: Path | None = None,
    **environment: str,
) -> tuple[list[str], dict[str, str]]:
    """Run a container's command with a `vllm` that writes down its arguments and its environment."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "vllm").write_text('#!/bin/bash\nprintf "%s\\n" "$@" > "$OUT/args"\nenv > "$OUT/env"\n')
    (tools / "getent").write_text('#!/bin/bash\n[ "$2" = leader ] && echo "10.0.0.7  leader"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    script = filled(container["command"][2], {".Spec.Model.Name": "org/model", **(values or {})})
    if network:
        script = script.replace("/sys/class/infiniband", str(network))
    subprocess.run(
        [container["command"][0], "-c", script, container["command"][3], *args],
        check=True,
        env={
            "PATH": f"{tools}:/usr/bin:/bin",
            "OUT": str(tmp_path),
            "LWS_LEADER_ADDRESS": "leader",
            **environment,
        },
    )
    lines = (tmp_path / "env").read_text().splitlines()
    told = dict(line.split("=", 1) for line in lines if "=" in line)
    return (tmp_path / "args").read_text().splitlines(), told


def test_every_preset_that_the_controller_looks_for_is_there() -> None:
    names = serve().names("LLMInferenceServiceConfig")
    assert names == {f"{PREFIX}{name}" for name in (*ONE, *MANY, "router-route", "scheduler")}


def test_a_model_on_one_node_is_served_with_the_arguments_of_its_service(tmp_path: Path) -> None:
    container = main(workload(serve(), "template")["template"])
    args, _ = run(
        container,
        tmp_path,
        "--max-model-len=4096",
        VLLM_ADDITIONAL_ARGS='--speculative-config \'{"method": "ngram"}\'',
    )
    assert args[:4] == ["serve", "/mnt/models", "--served-model-name", "org/model"]
    assert args[args.index("--port") + 1] == "8000"
    assert args[-3:] == ["--speculative-config", '{"method": "ngram"}', "--max-model-len=4096"]
    assert "--ssl-certfile" not in args


def test_pods_speak_tls_where_the_stack_says_so(tmp_path: Path) -> None:
    container = main(workload(serve(llm={"tls": True}), "template")["template"])
    args, _ = run(container, tmp_path, values={".GlobalConfig.EnableTLS": True})
    certificate = args[args.index("--ssl-certfile") + 1]
    mounted = [mount["mountPath"] for mount in container["volumeMounts"]]
    assert str(Path(certificate).parent) in mounted


@pytest.mark.parametrize("name", MANY)
def test_ranks_of_a_model_on_many_nodes_follow_from_the_node(name: str, tmp_path: Path) -> None:
    pods = workload(serve(), name)
    spread = ".Spec.Prefill.Parallelism" if name.startswith("prefill") else ".Spec.Parallelism"
    values = {f"{spread}.Data": 16, f"{spread}.DataLocal": 8, f"{spread}.Expert": True, f"{spread}.Tensor": 2}
    (tmp_path / "leader").mkdir()
    (tmp_path / "worker").mkdir()
    leader, _ = run(main(pods["template"]), tmp_path / "leader", values=values)
    worker, _ = run(main(pods["worker"]), tmp_path / "worker", values=values, LWS_WORKER_INDEX="1")

    def flag(args: list[str], name: str) -> str:
        return args[args.index(name) + 1]

    for args, rank in ((leader, "0"), (worker, "8")):
        assert flag(args, "--data-parallel-start-rank") == rank
        assert flag(args, "--data-parallel-size") == "16"
        assert flag(args, "--data-parallel-size-local") == "8"
        assert flag(args, "--data-parallel-address") == "10.0.0.7"
        assert flag(args, "--data-parallel-rpc-port") == "5555"
        assert flag(args, "--tensor-parallel-size") == "2"
        assert "--enable-expert-parallel" in args
    assert "--headless" in worker
    assert "--headless" not in leader
    assert flag(leader, "--api-server-count") == "8"


def test_a_leader_that_has_no_address_yet_is_named(tmp_path: Path) -> None:
    container = main(workload(serve(), "worker-data-parallel")["worker"])
    args, _ = run(container, tmp_path, LWS_LEADER_ADDRESS="nobody", DP_ADDRESS_RESOLVE_ATTEMPTS="1")
    assert args[args.index("--data-parallel-address") + 1] == "nobody"


def test_decode_stands_behind_its_sidecar_and_prefill_has_none() -> None:
    rendered = serve()
    for name in ("decode-template", "decode-worker-data-parallel"):
        pod = workload(rendered, name)["template"]
        (sidecar,) = pod["initContainers"]
        assert sidecar["restartPolicy"] == "Always"
        assert {"--port=8000", "--vllm-port=8001"} <= set(sidecar["command"])
        assert [port["containerPort"] for port in main(pod)["ports"]] == [8001]
        assert main(pod)["readinessProbe"]["httpGet"]["port"] == 8001
    for name in ("prefill-template", "template", "worker-data-parallel"):
        assert "initContainers" not in workload(rendered, name)["template"]


@pytest.mark.parametrize("rdma", [False, True])
def test_capabilities_for_rdma_are_given_where_the_stack_asks_for_them(rdma: bool) -> None:
    rendered = serve(llm={"rdma": rdma})
    for name in MANY:
        for pod in ("template", "worker"):
            added = main(workload(rendered, name)[pod])["securityContext"]["capabilities"].get("add", [])
            assert ("IPC_LOCK" in added) == rdma
    alone = main(workload(rendered, "template")["template"])
    assert "add" not in alone["securityContext"]["capabilities"]


def adapter(root: Path, name: str, gids: dict[str, tuple[str, str]], *, state: str = "4: ACTIVE") -> None:
    """One adapter as the kernel shows it; by index the kind of an address, and the address."""
    port = root / name / "ports" / "1"
    for folder in ("gids", "gid_attrs/types"):
        (port / folder).mkdir(parents=True)
    (port / "state").write_text(state)
    for index, (kind, address) in gids.items():
        (port / "gid_attrs" / "types" / index).write_text(kind)
        (port / "gids" / index).write_text(address)


IPV4, IPV6 = "0000:0000:0000:0000:0000:ffff:0a00:0001", "fe80:0000:0000:0000:0000:0000:0a00:0001"


def test_roce_uses_the_adapters_that_are_up_and_the_address_most_of_them_have(tmp_path: Path) -> None:
    network = tmp_path / "network"
    v2 = "RoCE v2"
    adapter(network, "mlx5_0", {"1": ("IB/RoCE v1", IPV4), "3": (v2, IPV4)})
    adapter(network, "mlx5_1", {"2": (v2, IPV6), "5": (v2, IPV4)})
    adapter(network, "mlx5_2", {"3": (v2, IPV4)})
    adapter(network, "mlx5_3", {"7": (v2, IPV4)}, state="1: DOWN")
    container = main(workload(serve(llm={"rdma": True}), "template")["template"])
    _, told = run(container, tmp_path, network=network, KSERVE_INFER_ROCE="true", UCX_NET_DEVICES="mine:1")
    assert told["NCCL_IB_HCA"] == "mlx5_0,mlx5_1,mlx5_2"
    assert told["NVSHMEM_HCA_LIST"] == "mlx5_0:1,mlx5_1:1,mlx5_2:1"
    assert told["UCX_NET_DEVICES"] == "mine:1"
    assert {told[f"{one}_IB_GID_INDEX"] for one in ("NCCL", "NVSHMEM", "UCX")} == {"3"}


@pytest.mark.parametrize(("indices", "best"), [(("1", "3"), "3"), (("5", "2"), "5")])
def test_of_addresses_that_as_many_adapters_have_the_usual_one_is_taken(
    indices: tuple[str, str], best: str, tmp_path: Path
) -> None:
    for number, index in enumerate(indices):
        adapter(tmp_path / "network", f"mlx5_{number}", {index: ("RoCE v2", IPV4)})
    container = main(workload(serve(llm={"rdma": True}), "template")["template"])
    _, told = run(container, tmp_path, network=tmp_path / "network", KSERVE_INFER_ROCE="true")
    assert told["NCCL_IB_GID_INDEX"] == best


def test_without_roce_nothing_is_set_and_the_model_is_served_all_the_same(tmp_path: Path) -> None:
    container = main(workload(serve(llm={"rdma": True}), "template")["template"])
    args, told = run(container, tmp_path, network=tmp_path / "none", KSERVE_INFER_ROCE="true")
    assert args[0] == "serve"
    assert not [name for name in told if name.startswith(("NCCL_IB", "NVSHMEM_"))]


def test_pods_that_run_models_go_to_the_gpu_node_pool_and_their_scheduler_does_not() -> None:
    rendered = serve(runtimes={"gpuNodePool": "gpu"})
    for name in (*ONE, *MANY):
        spec = workload(rendered, name)
        for pod in [spec["template"], *([spec["worker"]] if name in MANY else [])]:
            assert pod["nodeSelector"] == {"pool": "gpu"}
            assert pod["tolerations"][0]["key"] == "nvidia.com/gpu"
    assert "nodeSelector" not in preset(rendered, "scheduler")["router"]["scheduler"]["template"]


def test_completions_go_to_the_pod_that_is_picked_and_the_rest_to_any() -> None:
    route = preset(serve(), "router-route")["router"]["route"]["http"]["spec"]
    backends = [rule["backendRefs"][0]["kind"] for rule in route["rules"]]
    assert backends == ["InferencePool"] * 3 + ["Service"]
    paths = [rule["matches"][0]["path"]["value"] for rule in route["rules"]]
    assert all(path.startswith("/{{ .ObjectMeta.Namespace }}/{{ .ObjectMeta.Name }}") for path in paths)


def test_templates_survive_being_written_as_json() -> None:
    """The controller fills a preset that it has written as JSON: a double quote in an action breaks it."""
    for one in serve(llm={"rdma": True, "tls": True}).of("LLMInferenceServiceConfig"):
        for action in GO.findall(str(one["spec"])):
            assert '"' not in action
            assert "\n" not in action


def test_images_of_presets_can_be_replaced() -> None:
    rendered = serve(llm={"engineImage": "example.com/vllm:1", "schedulerImage": "example.com/epp:1"})
    assert main(workload(rendered, "prefill-template")["template"])["image"] == "example.com/vllm:1"
    scheduler = preset(rendered, "scheduler")["router"]["scheduler"]["template"]
    assert scheduler["containers"][0]["image"] == "example.com/epp:1"
