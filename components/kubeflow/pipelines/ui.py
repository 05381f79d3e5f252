"""The pages: a server that hands out the pages, passes on what they ask, and reads logs and artifacts.

Variables: kubeflow/pipelines 2.16.1, frontend/server/configs.ts and handlers/artifacts.ts.
"""

import json

import pulumi

from ...contracts import TEAMS, ObjectStore
from ...kube.config import config_map
from ...kube.network import Opening, allow_ingress
from ...kube.objects import access
from ...kube.program import Environment, Mount, Program, http_probe, pod_field, secret_key
from ...kube.workload import Workload, deployment, service
from ...versions import Pipelines as Images
from .args import (
    API_PORT,
    API_SERVER,
    ARTIFACTS_PROXY,
    EVICTABLE,
    HEALTH,
    RBAC,
    TMP,
    TMP_VOLUME,
    UI_ACCOUNT,
    USER,
    Install,
)
from .envoy import PORT as ENVOY_PORT
from .envoy import SERVICE as ENVOY
from .launcher import KEY_FORMAT
from .ui_access import expose

APP = "ml-pipeline-ui"
PORT = 3000
CONFIG_FOLDER, POD_TEMPLATE = "/etc/config", "viewer-pod-template.json"

# Whom the server may fetch artifacts from: the servers of teams. Compared with scheme and host.
_ARTIFACTS_PROXIES = rf"^http://{ARTIFACTS_PROXY}\.[a-z0-9]([-a-z0-9]*[a-z0-9])?$"


def ui(install: Install, after: pulumi.Resource) -> Workload:
    """Declare the pages, once the API server answers."""
    scope, args = install.scope, install.args
    settings = args.settings.ui
    bindings = access(scope, RBAC / "ui.yaml")
    if not args.settings.artifacts_proxy.enabled:
        bindings += access(scope, RBAC / "ui_secrets.yaml")
    template = json.dumps({"spec": {"serviceAccountName": args.settings.runs.service_account}}, indent=1)
    config = config_map(scope, "ml-pipeline-ui-configmap", {POD_TEMPLATE: template}, app=APP)
    program = Program(
        name=APP,
        image=Images.UI,
        settings=settings,
        environment={**_environment(install), **store_environment(args.pages_store, args.pages_store.secret)},
        ports={"http": PORT},
        live=http_probe(HEALTH, PORT, period=10, timeout=2),
        ready=http_probe(HEALTH, PORT, period=5, timeout=2),
        startup=http_probe(HEALTH, PORT, period=2, timeout=2, failures=60),
        mounts=[Mount(path=CONFIG_FOLDER, volume="config-volume"), TMP],
        user=USER,
        group=USER,
        read_only_root=True,
    )
    workload = deployment(
        scope,
        APP,
        app=APP,
        programs=[program],
        settings=settings,
        service_account=UI_ACCOUNT,
        node_pools=args.node_pools,
        volumes={"config-volume": {"config_map": {"name": config.name}}, **TMP_VOLUME},
        pod_annotations=EVICTABLE,
        config_hash=pulumi.Output.concat(config.digest, "-", args.pages_store.revision),
        after=[*bindings, after, *([args.pages_store.ready] if args.pages_store.keyless else [])],
    )
    service(scope, APP, selector=workload.selector, ports={"http": (80, PORT)}, app=APP)
    expose(install, APP, workload)
    # Programs of teams ask the API by this address too; the mesh lets them ask for nothing else.
    opened = Opening(ports=[PORT], callers=[args.mesh.gateway_pods, TEAMS])
    allow_ingress(scope, APP, selector=workload.selector, openings=[opened], app=APP)
    return workload


def store_environment(store: ObjectStore, secret: pulumi.Input[str]) -> Environment:
    """How the server opens the bucket where an artifact does not say it; the Secret stands beside it."""
    if store.scheme == "gs":
        return _google(store, secret)
    if store.keyless:
        # Addresses of AWS and empty keys are what makes it ask for an identity (minio-helper.ts).
        return {
            "AWS_S3_ENDPOINT": store.host,
            "AWS_REGION": store.region,
            "AWS_SSL": str(store.secure).lower(),
            "ARGO_ARCHIVE_ARTIFACTORY": "s3",
            "MINIO_ACCESS_KEY": "",
            "MINIO_SECRET_KEY": "",
        }
    return {
        "MINIO_HOST": store.host,
        # With a namespace the server would put it behind the host.
        "MINIO_NAMESPACE": "",
        "MINIO_PORT": str(store.port),
        "MINIO_SSL": str(store.secure).lower(),
        "MINIO_ACCESS_KEY": secret_key(secret, store.access_key_name),
        "MINIO_SECRET_KEY": secret_key(secret, store.secret_key_name),
    }


def _google(store: ObjectStore, secret: pulumi.Input[str]) -> Environment:
    """Artifacts are opened by the identity of the pod, logs by the S3 protocol (workflow-helper.ts)."""
    none = {"MINIO_ACCESS_KEY": "", "MINIO_SECRET_KEY": ""}
    if store.keyless:
        return none
    return {
        **none,
        "AWS_S3_ENDPOINT": store.host,
        "AWS_REGION": store.region,
        "AWS_SSL": str(store.secure).lower(),
        "AWS_ACCESS_KEY_ID": secret_key(secret, store.access_key_name),
        "AWS_SECRET_ACCESS_KEY": secret_key(secret, store.secret_key_name),
        "ARGO_ARCHIVE_ARTIFACTORY": "s3",
    }


def _environment(install: Install) -> Environment:
    args = install.args
    proxy = args.settings.artifacts_proxy.enabled
    return {
        "DEPLOYMENT": "KUBEFLOW",
        "ENABLE_AUTHZ": "true",
        "KUBEFLOW_USERID_HEADER": args.identity.header,
        "KUBEFLOW_USERID_PREFIX": args.identity.prefix,
        "FRONTEND_SERVER_NAMESPACE": pod_field("metadata.namespace"),
        "CLUSTER_DOMAIN": f".svc.{args.mesh.cluster_domain}",
        # Variables that Kubernetes would make of Services that are there before the pod.
        "ML_PIPELINE_SERVICE_HOST": API_SERVER,
        "ML_PIPELINE_SERVICE_PORT": str(API_PORT),
        "METADATA_ENVOY_SERVICE_SERVICE_HOST": ENVOY,
        "METADATA_ENVOY_SERVICE_SERVICE_PORT": str(ENVOY_PORT),
        "ARTIFACTS_SERVICE_PROXY_NAME": ARTIFACTS_PROXY,
        "ARTIFACTS_SERVICE_PROXY_PORT": "80",
        "ARTIFACTS_SERVICE_PROXY_ENABLED": str(proxy).lower(),
        **({"ALLOWED_ARTIFACT_DOMAIN_REGEX": _ARTIFACTS_PROXIES} if proxy else {}),
        # The logs of steps whose pods are gone.
        "ARGO_ARCHIVE_LOGS": str(args.settings.runs.keep_logs).lower(),
        "ARGO_ARCHIVE_BUCKETNAME": args.pages_store.bucket,
        "ARGO_KEYFORMAT": KEY_FORMAT,
        "VIEWER_TENSORBOARD_POD_TEMPLATE_SPEC_PATH": f"{CONFIG_FOLDER}/{POD_TEMPLATE}",
        "ALLOW_CUSTOM_VISUALIZATIONS": str(args.settings.ui.custom_visualizations).lower(),
        "DISABLE_GKE_METADATA": "true",
    }
