"""Where runs keep what they make: the configuration of KFP's launcher and of Argo in each namespace.

Sources: kubeflow/pipelines 2.16.1, backend/src/v2/config (`env.go`, `gcs.go`, `minio.go`, `s3.go`);
argo-workflows v3.7.3, ArtifactRepository of pkg/apis/workflow/v1alpha1, workflow/artifacts/gcs.
"""

from collections.abc import Mapping

import yaml

from ...contracts import ObjectStore
from .run_settings import NAMESPACE, RunSettings

# What ConfigMaps and Secrets are called that programs look for in the namespace of a run.
LAUNCHER_CONFIG = "kfp-launcher"
ARTIFACTS_SECRET = "mlpipeline-minio-artifact"

# Parts of the bucket, as upstream divides it (pipelines-profile-controller/sync.py).
PRIVATE = "private-artifacts"
SHARED = "shared"

_LOG_KEY = (
    "{{workflow.name}}/{{workflow.creationTimestamp.Y}}/{{workflow.creationTimestamp.m}}"
    "/{{workflow.creationTimestamp.d}}/{{pod.name}}"
)
# The same for whoever does not know the namespace beforehand.
KEY_FORMAT = f"{PRIVATE}/{{{{workflow.namespace}}}}/{_LOG_KEY}"


def pipeline_root(runs: RunSettings, store: ObjectStore, namespace: str) -> str:
    """Where the runs of a namespace keep artifacts unless they say otherwise."""
    # Only for addresses that begin with s3 the pages ask for an identity of AWS (minio-helper.ts).
    root = runs.default_pipeline_root or f"{store.scheme}://{store.bucket}/{PRIVATE}/{NAMESPACE}/v2/artifacts"
    return root.replace(NAMESPACE, namespace)


def team_prefixes(runs: RunSettings, bucket: str, namespace: str) -> tuple[str, ...]:
    """The parts of the bucket that a team may use: its own two, one that is everybody's, and its root."""
    own = (f"{PRIVATE}/{namespace}/", f"private/{namespace}/", f"{SHARED}/")
    root = (runs.default_pipeline_root or "").replace(NAMESPACE, namespace)
    _, _, path = root.partition("://")
    found, _, prefix = path.partition("?")[0].partition("/")
    if found == bucket and prefix and not any(f"{prefix}/".startswith(one) for one in own):
        return (*own, f"{prefix.rstrip('/')}/")
    return own


def launcher_config(runs: RunSettings, store: ObjectStore, namespace: str) -> dict[str, str]:
    """Data of a namespace's ConfigMap `kfp-launcher`: its root, and how the store behind it is opened."""
    root = pipeline_root(runs, store, namespace)
    scheme = root.partition("://")[0]
    if scheme == "gs":
        # Where nothing is said of this provider, it is opened by the identity of the pod.
        return {"defaultPipelineRoot": root}
    credentials: dict[str, object] = {"fromEnv": True}
    if not store.keyless:
        keys = {
            "secretName": ARTIFACTS_SECRET,
            "accessKeyKey": store.access_key_name,
            "secretKeyKey": store.secret_key_name,
        }
        credentials = {"fromEnv": False, "secretRef": keys}
    provider = {
        "endpoint": f"{store.host}:{store.port}",
        "region": store.region,
        "disableSSL": not store.secure,
        "credentials": credentials,
    }
    return {
        "defaultPipelineRoot": root,
        "providers": yaml.safe_dump({scheme: {"default": provider}}, sort_keys=False),
    }


def artifact_repository(
    runs: RunSettings, store: ObjectStore, namespace: str | None = None
) -> Mapping[str, object]:
    """Where Argo keeps the logs and artifacts of a namespace; None: of any."""
    key = KEY_FORMAT if namespace is None else f"{PRIVATE}/{namespace}/{_LOG_KEY}"
    if store.scheme == "gs":
        return {"archiveLogs": runs.keep_logs, "gcs": {"bucket": store.bucket, "keyFormat": key}}
    keys: dict[str, object] = {"useSDKCreds": True}
    if not store.keyless:
        keys = {
            "accessKeySecret": {"name": ARTIFACTS_SECRET, "key": store.access_key_name},
            "secretKeySecret": {"name": ARTIFACTS_SECRET, "key": store.secret_key_name},
        }
    return {
        "archiveLogs": runs.keep_logs,
        "s3": {
            "endpoint": f"{store.host}:{store.port}",
            "bucket": store.bucket,
            "region": store.region,
            "keyFormat": key,
            "insecure": not store.secure,
            **keys,
        },
    }
