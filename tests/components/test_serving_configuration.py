"""What KServe's programs read in the ConfigMap `inferenceservice-config`."""

import pytest

from components.contracts import Accelerator, NodePool
from tests.components.test_serving import POOLS, Stack, configuration, serve


def test_standard_mode_is_the_default_and_watches_no_virtual_services() -> None:
    rendered = serve()
    assert configuration(rendered, "deploy") == {"defaultDeploymentMode": "Standard"}
    assert configuration(rendered, "ingress")["disableIstioVirtualHost"] is True


def test_knative_mode_routes_through_the_platforms_gateway() -> None:
    rendered = serve(Stack(knative=True), deployment={"mode": "Knative"}, routing={"by": "path"})
    ingress = configuration(rendered, "ingress")
    assert configuration(rendered, "deploy") == {"defaultDeploymentMode": "Knative"}
    assert ingress["ingressGateway"] == "kubeflow/kubeflow-gateway"
    assert ingress["localGatewayService"] == "knative-local-gateway.istio-system.svc.cluster.local"
    assert ingress["disableIstioVirtualHost"] is False
    assert ingress["pathTemplate"] == "/serving/{{ .Namespace }}/{{ .Name }}"


@pytest.mark.parametrize("key", ["agent", "batcher", "logger", "router", "storageInitializer"])
def test_what_kserve_adds_to_pods_has_all_four_quantities(key: str) -> None:
    entry = configuration(serve(), key)
    assert all(entry[name] for name in ("cpuRequest", "cpuLimit", "memoryRequest", "memoryLimit"))
    assert ":" in entry["image"]


def test_s3_is_told_in_the_words_that_its_readers_know() -> None:
    unset = configuration(serve(), "credentials")["s3"]
    assert {unset[name] for name in ("s3UseHttps", "s3VerifySSL", "s3UseVirtualBucket")} == {""}
    given = configuration(
        serve(
            credentials={"s3": {"https": False, "verify": True, "virtualBucket": True, "anonymous": False}}
        ),
        "credentials",
    )["s3"]
    assert (given["s3UseHttps"], given["s3VerifySSL"]) == ("0", "1")
    assert (given["s3UseVirtualBucket"], given["s3UseAnonymousCredential"]) == ("true", "false")


def test_resources_of_the_node_pools_count_as_gpus_where_kserve_does_not_know_them() -> None:
    sliced = NodePool(
        name="sliced",
        min_nodes=1,
        max_nodes=1,
        cpu="8",
        memory="64Gi",
        labels={"pool": "sliced"},
        accelerator=Accelerator(model="H100", count=7, resource="nvidia.com/mig-1g.10gb"),
    )
    assert configuration(serve(), "multiNode") == {"customGPUResourceTypeList": []}
    found = configuration(serve(Stack(pools=(*POOLS, sliced))), "multiNode")
    assert found == {"customGPUResourceTypeList": ["nvidia.com/mig-1g.10gb"]}


def test_a_rollout_is_said_in_percent_and_left_to_kubernetes_otherwise() -> None:
    assert "deploymentRolloutStrategy" not in configuration(serve(), "deploy")
    given = serve(deployment={"rollout": {"maxSurge": "50%", "maxUnavailable": "0%"}})
    assert configuration(given, "deploy")["deploymentRolloutStrategy"] == {
        "defaultRollout": {"maxSurge": "50%", "maxUnavailable": "0%"}
    }


def test_payloads_are_kept_in_files_where_the_stack_says_so() -> None:
    assert "storage" not in configuration(serve(), "logger")
    logger = {"storage": {"path": "payloads", "storageFormat": "parquet"}, "batchSize": 100}
    found = configuration(serve(logger=logger), "logger")
    assert found["storage"] == {
        "path": "payloads",
        "key": "credentials",
        "parameters": {"format": "parquet"},
        "serviceAccountName": "logger-sa",
    }
    assert found["batchSize"] == 100


def test_a_variant_autoscaler_is_configured_where_llm_services_shall_be_scaled_by_one() -> None:
    key = "autoscaling-wva-controller-config"
    assert key not in serve().get("ConfigMap", "inferenceservice-config")["data"]
    prometheus = {"url": "https://prometheus:9090", "authentication": "keda"}
    assert configuration(serve(llm={"prometheus": prometheus}), key)["prometheus"] == {
        "url": "https://prometheus:9090",
        "tlsInsecureSkipVerify": False,
        "triggerAuthName": "keda",
        "triggerAuthKind": "TriggerAuthentication",
    }
