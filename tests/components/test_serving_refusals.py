"""Wrong settings of serving: each is refused by its key, what was found, and what is allowed."""

from typing import Any

import pytest
from pydantic import ValidationError

from components.kubeflow.serving import ServingSettings, problems
from components.settings_base import SettingsError
from tests.components.test_serving import POOLS, Stack, serve

OWN = {"name": "mine", "image": "example.com/mine:1", "modelFormats": [{"name": "mine"}]}
HUB = {"name": "hub", "image": "example.com/hub:1", "prefixes": ["hub://"]}
GROUP = {"name": "gpus", "nodePool": "gpu", "storageLimit": "1Ti"}


def own(**changed: object) -> dict[str, Any]:
    return {"runtimes": {"own": [{**OWN, **changed}]}}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "mode": ({"deployment": {"mode": "Serverless"}}, "'Standard' or 'Knative'"),
    "path by ingress": (
        {"routing": {"by": "path", "gatewayApi": {"enabled": False}}},
        "routing.gatewayApi.enabled or deployment.mode 'Knative'",
    ),
    "host template without namespace": (
        {"routing": {"hostTemplate": "{{ .Name }}.{{ .IngressDomain }}"}},
        "lacks {{ .Namespace }}",
    ),
    "unknown value in a template": (
        {"routing": {"hostTemplate": "{{ .Name }}-{{ .Namespace }}-{{ .Team }}"}},
        "'{{ .Team }}' is not known",
    ),
    "open template": ({"routing": {"pathTemplate": "/{{ .Name }}/{{ .Namespace }}/{{"}}, "without the other"),
    "path without slash": (
        {"routing": {"pathTemplate": "{{ .Namespace }}/{{ .Name }}"}},
        "does not begin with a slash",
    ),
    "domain": ({"routing": {"domain": "https://x"}}, "is not a domain"),
    "domain twice": ({"routing": {"domain": "a.b", "moreDomains": ["a.b"]}}, "is the domain already"),
    "gateway": ({"routing": {"gatewayApi": {"gateway": "public"}}}, "<namespace>/<name>"),
    "rollout by number": ({"deployment": {"rollout": {"maxSurge": "1"}}}, "pattern"),
    "rollout that stands still": (
        {"deployment": {"rollout": {"maxSurge": "0%", "maxUnavailable": "0%"}}},
        "nothing could be replaced",
    ),
    "request above limit": ({"agent": {"requests": {"cpu": "2"}}}, "requests.cpu is 2 and limits.cpu is 1"),
    "missing quantity": ({"router": {"limits": {"memory": None}}}, "limits.memory is missing"),
    "explainer by digest": (
        {"explainers": {"art": "example.com/art:1@sha256:" + "0" * 64}},
        "names explainers by image and tag",
    ),
    "unpinned image": ({"llm": {"engineImage": "example.com/vllm:latest"}}, "not pinned"),
    "unknown runtime": ({"runtimes": {"builtIn": {"sklearn": {}}}}, "found 'sklearn'; allowed: kserve-"),
    "unknown GPU runtime": ({"runtimes": {"gpuRuntimes": ["vllm"]}}, "found 'vllm'"),
    "name of a runtime taken": (own(name="kserve-sklearnserver"), "is a runtime of KServe"),
    "own runtime twice": ({"runtimes": {"own": [OWN, OWN]}}, "listed twice"),
    "own runtime without image": (own(image=None), "needs a base, or an image with modelFormats"),
    "unknown base": (own(base="kserve-vllm"), "found base 'kserve-vllm'"),
    "base that spans nodes": (own(base="kserve-huggingfaceserver-multinode"), "can be no base"),
    "blocked variable": (own(environment={"PYTHONPATH": "/x"}), "sets PYTHONPATH"),
    "accelerators anywhere": (own(accelerators=1), "names no nodePool"),
    "two priorities": (
        own(
            modelFormats=[
                {"name": "a", "version": "1", "autoSelect": True, "priority": 1},
                {"name": "a", "version": "2", "autoSelect": True, "priority": 2},
            ]
        ),
        "has two priorities",
    ),
    "storage container named default": (
        {"storageContainers": [{**HUB, "name": "default"}]},
        "allowed: another",
    ),
    "storage container without image": ({"storageContainers": [{**HUB, "image": None}]}, "has no image"),
    "storage container without addresses": (
        {"storageContainers": [{**HUB, "prefixes": []}]},
        "prefixes or patterns",
    ),
    "storage container twice": ({"storageContainers": [HUB, HUB]}, "'hub' is listed twice"),
    "cache without nodes": ({"localModels": {"enabled": True}}, "has no nodeGroups"),
    "node group twice": ({"localModels": {"nodeGroups": [GROUP, GROUP]}}, "listed twice"),
    "two cache controllers": ({"localModels": {"controller": {"replicas": 2}}}, "it elects no leader"),
    "log level": ({"controller": {"logLevel": "warn"}}, "'debug', 'info' or 'error'"),
    "unknown key": ({"runtime": {}}, "Extra inputs are not permitted"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_setting_is_refused_by_itself(case: str) -> None:
    settings, message = WRONG[case]
    with pytest.raises(ValidationError) as refused:
        ServingSettings.model_validate(settings)
    assert message in str(refused.value)


MISSING: dict[str, tuple[dict[str, Any], str]] = {
    "knative": (
        {"deployment": {"mode": "Knative"}},
        "deployment.mode: found 'Knative', which needs Knative Serving",
    ),
    "gateway api": (
        {"routing": {"gatewayApi": {"enabled": True}}},
        "routing.gatewayApi.enabled: found true, which needs the types of gateway.networking.k8s.io/v1",
    ),
    "paths without the gateway api": (
        {"routing": {"by": "path"}},
        "routing.by: found 'path', which needs routes of the Gateway API; allowed: 'host'",
    ),
    "node pool of GPU runtimes": (
        {"runtimes": {"gpuNodePool": "gpus"}},
        "runtimes.gpuNodePool: found 'gpus'; allowed: a node pool of this stack (system, gpu)",
    ),
    "node pool without devices": (
        {"runtimes": {"gpuNodePool": "system"}},
        "whose nodes have no accelerators; allowed: a node pool with some (gpu)",
    ),
    "node pool of a runtime": (
        {"runtimes": {"builtIn": {"kserve-tritonserver": {"nodePool": "x"}}}},
        "runtimes.builtIn.kserve-tritonserver.nodePool: found 'x'",
    ),
    "node pool of an own runtime": (own(nodePool="x"), "runtimes.own.mine.nodePool: found 'x'"),
    "too many devices": (
        own(nodePool="gpu", accelerators=9),
        "runtimes.own.mine.accelerators: found 9; allowed: at most 8",
    ),
    "devices of a pool without": (own(nodePool="system", accelerators=1), "allowed: at most 0"),
    "node pool of a cache": (
        {"localModels": {"enabled": True, "nodeGroups": [{**GROUP, "nodePool": "x"}]}},
        "localModels.nodeGroups.gpus.nodePool: found 'x'",
    ),
    "limit below a request": (
        {"runtimes": {"builtIn": {"kserve-sklearnserver": {"limits": {"cpu": "500m"}}}}},
        "'kserve-sklearnserver' asks for 1 of cpu and may use 500m",
    ),
    "two that select themselves alike": (
        own(modelFormats=[{"name": "sklearn", "version": "1", "autoSelect": True, "priority": 1}]),
        "'kserve-sklearnserver' and 'mine' both select themselves for sklearn 1 with priority 1",
    ),
}


@pytest.mark.parametrize("case", MISSING)
def test_what_a_stack_does_not_have_is_refused_before_anything_is_declared(case: str) -> None:
    settings, message = MISSING[case]
    found = problems(ServingSettings.model_validate(settings), POOLS)
    assert len(found) == 1, found
    assert message in found[0]
    with pytest.raises(SettingsError, match=r"slipway:components\.serving\."):
        serve(**settings)


def test_what_a_stack_has_is_accepted() -> None:
    settings = ServingSettings.model_validate(
        {"deployment": {"mode": "Knative"}, "routing": {"gatewayApi": {"gateway": "edge/public"}}}
    )
    assert problems(settings, POOLS, knative=True, gateway_api=True) == ()
    assert serve(Stack(knative=True), deployment={"mode": "Knative"}).names("Deployment")


def test_a_rival_of_another_priority_is_accepted() -> None:
    settings = own(modelFormats=[{"name": "sklearn", "version": "1", "autoSelect": True, "priority": 9}])
    assert problems(ServingSettings.model_validate(settings), POOLS) == ()
