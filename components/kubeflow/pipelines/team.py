"""What pipelines need in the namespace of a team.

Upstream leaves it to metacontroller, which watches namespaces and asks a hook what belongs in them
(kubeflow/pipelines 2.16.1, pipelines-profile-controller/sync.py). Here it is declared with the team: the keys
of its part of the bucket, where its runs keep artifacts, how they reach ML Metadata, the token by which
its notebooks reach the API, and the server that reads its artifacts for the pages.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import Secret

from ...contracts import Mesh, Namespaces, NodePool, ObjectStore, Offer, PipelinesService, UserIdentity
from ...kube.config import config_map
from ...kube.program import Program, http_probe
from ...kube.scope import Place, Scope
from ...kube.workload import Workload, deployment, service
from ...versions import Pipelines as Images
from .args import ARTIFACTS_PROXY, HEALTH, TMP, TMP_VOLUME, USER
from .controllers import AUDIENCE
from .launcher import ARTIFACTS_SECRET, LAUNCHER_CONFIG, artifact_repository, launcher_config
from .metadata import CONFIG as METADATA_CONFIG
from .metadata import server_address
from .settings import PipelinesSettings
from .ui import PORT as UI_PORT
from .ui import store_environment

# kfp's client reads the token there (sdk/python/kfp/client/set_volume_credentials.py).
TOKEN_FOLDER, TOKEN = "/var/run/secrets/kubeflow/pipelines", "token"
POD_DEFAULT = "access-ml-pipeline"
CLOUD_IDENTITY = "cloud-bucket"
REPOSITORY = "default-namespaced"


@dataclass(frozen=True, kw_only=True)
class TeamPipelinesArgs:
    """What pipelines need of a team.

    Attributes:
        place: the team's namespace.
        account: leaf after which the service account of runs is there.
        store: the bucket with the team's own keys.
        pod_default_type: the API type PodDefault; None where PodDefaults are not installed.
    """

    settings: PipelinesSettings
    namespaces: Namespaces
    place: Place
    account: pulumi.Resource
    mesh: Mesh
    identity: UserIdentity
    store: ObjectStore
    service: PipelinesService
    pod_default_type: pulumi.Resource | None = None
    node_pools: Sequence[NodePool] = ()


def team_pipelines(team: pulumi.Resource, args: TeamPipelinesArgs) -> Offer:
    """Declare pipelines in one team's namespace, as a part of the team.

    Returns:
        images and requests of the team's own server.
    """
    scope = Scope(component="pipelines", parent=team, namespaces=args.namespaces, elsewhere=args.place)
    secret = _keys(scope, args)
    _where_runs_keep_things(scope, args)
    config_map(scope, METADATA_CONFIG, server_address(args.service.metadata_host))
    if args.pod_default_type is not None:
        _token_for_notebooks(scope, args.pod_default_type)
        if args.store.pod_labels:
            _cloud_identity(scope, args.store, args.pod_default_type)
    if not args.settings.artifacts_proxy.enabled:
        return Offer()
    workload = _artifacts_proxy(scope, args, secret)
    return Offer(images=workload.images, request=workload.request)


def _keys(scope: Scope, args: TeamPipelinesArgs) -> pulumi.Output[str]:
    store = args.store
    if store.keyless:
        return store.secret
    secret = Secret(
        scope.unique(ARTIFACTS_SECRET),
        metadata=scope.metadata(ARTIFACTS_SECRET),
        string_data={store.access_key_name: store.access_key, store.secret_key_name: store.secret_key},
        opts=scope.options(),
    )
    return secret.metadata.name


def _where_runs_keep_things(scope: Scope, args: TeamPipelinesArgs) -> None:
    runs, namespace = args.settings.runs, args.place.name
    config_map(scope, LAUNCHER_CONFIG, launcher_config(runs, args.store, namespace))
    repository = artifact_repository(runs, args.store, namespace)
    config_map(
        scope,
        "artifact-repositories",
        {REPOSITORY: json.dumps(repository)},
        annotations={"workflows.argoproj.io/default-artifact-repository": REPOSITORY},
    )


def _token_for_notebooks(scope: Scope, pod_default_type: pulumi.Resource) -> None:
    volume = "volume-kf-pipeline-token"
    token = {"audience": AUDIENCE, "expirationSeconds": 7200, "path": TOKEN}
    CustomResource(
        scope.unique(POD_DEFAULT),
        api_version="kubeflow.org/v1alpha1",
        kind="PodDefault",
        metadata=scope.metadata(POD_DEFAULT),
        spec={
            "desc": "Allow access to Kubeflow Pipelines",
            "selector": {"matchLabels": {POD_DEFAULT: "true"}},
            "env": [{"name": "KF_PIPELINES_SA_TOKEN_PATH", "value": f"{TOKEN_FOLDER}/{TOKEN}"}],
            "volumes": [{"name": volume, "projected": {"sources": [{"serviceAccountToken": token}]}}],
            "volumeMounts": [{"name": volume, "mountPath": TOKEN_FOLDER, "readOnly": True}],
        },
        opts=scope.options(pod_default_type),
    )


def _cloud_identity(scope: Scope, store: ObjectStore, pod_default_type: pulumi.Resource) -> None:
    """For notebooks that use the bucket with the cloud's own tools.

    Where people choose it, the page for notebooks puts the label on the Notebook, and the controller on the
    pod before it is made, so that the cloud's webhook sees it (kubeflow/notebooks 1.11.0: jupyter web app,
    form.py; notebook controller). A label that a PodDefault adds comes too late: the webhook has passed.
    """
    CustomResource(
        scope.unique(CLOUD_IDENTITY),
        api_version="kubeflow.org/v1alpha1",
        kind="PodDefault",
        metadata=scope.metadata(CLOUD_IDENTITY),
        spec={
            "desc": "Use the team's part of the cloud's bucket",
            "selector": {"matchLabels": dict(store.pod_labels)},
            "env": [{"name": name, "value": value} for name, value in store.environment.items()],
        },
        opts=scope.options(pod_default_type),
    )


def _artifacts_proxy(scope: Scope, args: TeamPipelinesArgs, secret: pulumi.Output[str]) -> Workload:
    name, settings, store = ARTIFACTS_PROXY, args.settings.artifacts_proxy, args.store
    program = Program(
        name=name,
        image=Images.UI,
        settings=settings,
        environment={
            **store_environment(store, secret),
            "ML_PIPELINE_SERVICE_HOST": args.service.host,
            "ML_PIPELINE_SERVICE_PORT": str(args.service.port),
            "FRONTEND_SERVER_NAMESPACE": args.place.name,
            "CLUSTER_DOMAIN": f".svc.{args.mesh.cluster_domain}",
            # It is here for artifacts: what else it offers it asks the API server about, which refuses it.
            "ENABLE_AUTHZ": "true",
            "KUBEFLOW_USERID_HEADER": args.identity.header,
            "KUBEFLOW_USERID_PREFIX": args.identity.prefix,
        },
        ports={"http": UI_PORT},
        live=http_probe(HEALTH, UI_PORT, period=30, timeout=2),
        ready=http_probe(HEALTH, UI_PORT, timeout=2),
        startup=http_probe(HEALTH, UI_PORT, period=2, timeout=2, failures=60),
        mounts=[TMP],
        user=USER,
        group=USER,
        read_only_root=True,
    )
    workload = deployment(
        scope,
        name,
        app=name,
        programs=[program],
        settings=settings,
        service_account=args.settings.runs.service_account,
        node_pools=args.node_pools,
        volumes=TMP_VOLUME,
        config_hash=store.revision or None,
        after=[args.account, *([store.ready] if store.keyless else [])],
    )
    service(scope, name, selector=workload.selector, ports={"http": (80, UI_PORT)}, app=name)
    return workload
