"""Inference services that are wrong: refused_serving.py <namespace> <which>."""
# pyright: basic, reportMissingImports=false

import sys

from kserve import KServeClient, V1beta1InferenceService
from kubernetes.client import V1ObjectMeta

namespace, which = sys.argv[1:]

SPECS = {
    "format-without-name": {"predictor": {"model": {"modelFormat": {"version": "2"}}}},
    "unknown-metric": {"predictor": {"scaleMetric": "gpu", "sklearn": {"storageUri": "s3://models/a"}}},
    "replicas-as-text": {"predictor": {"minReplicas": "2", "sklearn": {"storageUri": "s3://models/a"}}},
    "misspelt-field": {
        "predictor": {"model": {"modelFormat": {"name": "sklearn"}, "storageURI": "s3://models/a"}}
    },
}

KServeClient().create(
    V1beta1InferenceService(
        api_version="serving.kserve.io/v1beta1",
        kind="InferenceService",
        metadata=V1ObjectMeta(name=which, namespace=namespace),
        spec=SPECS[which],
    )
)
