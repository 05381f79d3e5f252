"""Serving by `kserve`: a model of each framework, and a graph over two of them."""
# pyright: basic, reportMissingImports=false

import json
import sys

from kserve import (
    KServeClient,
    V1alpha1InferenceGraph,
    V1alpha1InferenceGraphSpec,
    V1alpha1InferenceRouter,
    V1alpha1InferenceStep,
    V1beta1InferenceService,
    V1beta1InferenceServiceSpec,
    V1beta1ModelFormat,
    V1beta1ModelSpec,
    V1beta1PredictorSpec,
)
from kubernetes.client import V1ObjectMeta, V1ResourceRequirements

namespace = sys.argv[1]
FRAMEWORKS = ("pytorch", "tensorflow", "xgboost", "sklearn", "huggingface")


def service(framework: str) -> V1beta1InferenceService:
    devices = {"nvidia.com/gpu": "1"} if framework in ("pytorch", "huggingface") else None
    return V1beta1InferenceService(
        api_version="serving.kserve.io/v1beta1",
        kind="InferenceService",
        metadata=V1ObjectMeta(name=framework, namespace=namespace),
        spec=V1beta1InferenceServiceSpec(
            predictor=V1beta1PredictorSpec(
                min_replicas=1,
                max_replicas=4,
                scale_metric="cpu",
                scale_target=70,
                service_account_name="default-editor",
                model=V1beta1ModelSpec(
                    model_format=V1beta1ModelFormat(name=framework),
                    storage_uri=f"s3://models/{framework}",
                    resources=V1ResourceRequirements(requests={"cpu": "1", "memory": "2Gi"}, limits=devices),
                ),
            )
        ),
    )


client = KServeClient()
for framework in FRAMEWORKS:
    client.create(service(framework))
client.create_inference_graph(
    V1alpha1InferenceGraph(
        api_version="serving.kserve.io/v1alpha1",
        kind="InferenceGraph",
        metadata=V1ObjectMeta(name="both", namespace=namespace),
        spec=V1alpha1InferenceGraphSpec(
            nodes={
                "root": V1alpha1InferenceRouter(
                    router_type="Splitter",
                    steps=[
                        V1alpha1InferenceStep(service_name="sklearn", weight=80),
                        V1alpha1InferenceStep(service_name="xgboost", weight=20),
                    ],
                )
            }
        ),
    ),
    namespace=namespace,
)

print(
    json.dumps(
        {
            "models": {one: client.get(one, namespace)["spec"]["predictor"]["model"] for one in FRAMEWORKS},
            "listed": [one["metadata"]["name"] for one in client.get(namespace=namespace)["items"]],
            "graph": client.get_inference_graph("both", namespace)["spec"],
        }
    )
)
