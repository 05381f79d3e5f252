"""The API server: what people and programs ask for, kept in the database and the bucket, run as Workflows.

Variables: kubeflow/pipelines 2.16.1, backend/src/apiserver (`main.go`, `common/config.go`, `client_manager`)
and backend/src/v2/compiler/argocompiler. A variable may stand for each key of its configuration, in capitals
and with `_` for `.`.
"""

import json
from collections.abc import Mapping

import pulumi

from ...contracts import TEAMS, ObjectStore
from ...kube.authority import authority_mounts, authority_volumes, go_authorities
from ...kube.config import Config, config_map
from ...kube.mesh import allow, from_principals, mutual_tls
from ...kube.network import Opening, allow_ingress
from ...kube.objects import access
from ...kube.program import Environment, Mount, Program, http_probe, pod_field, secret_key
from ...kube.pulling import pulled
from ...kube.workload import Workload, deployment, service
from ...versions import Pipelines as Images
from .args import (
    API_PORT,
    API_SERVER,
    EVICTABLE,
    GRPC_PORT,
    HEALTH,
    RBAC,
    TMP,
    TMP_VOLUME,
    UI_ACCOUNT,
    USER,
    VISUALIZATION_PORT,
    VISUALIZATION_SERVER,
    Install,
    encryption,
)
from .default_pipelines import FOLDER, files

CONTROLLERS = ("ml-pipeline-persistenceagent", "ml-pipeline-scheduledworkflow")
CALLERS = (UI_ACCOUNT, *CONTROLLERS)


def api_server(install: Install) -> Workload:
    """Declare it; it starts once its database and bucket answer."""
    scope, args = install.scope, install.args
    settings = args.settings.api_server
    bindings = access(scope, RBAC / "api_server.yaml")
    config = config_map(scope, "ml-pipeline-config", _files(install), app=API_SERVER)
    database, store = args.databases.pipelines, args.store
    program = Program(
        name="ml-pipeline-api-server",
        image=Images.API_SERVER,
        settings=settings,
        environment={**_about_requests(install), **_about_storage(install), **_about_runs(install)},
        ports={"http": API_PORT, "grpc": GRPC_PORT},
        live=http_probe(HEALTH, API_PORT, period=5, timeout=2),
        ready=http_probe(HEALTH, API_PORT, period=5, timeout=2),
        # Before its first answer it brings the tables up to date.
        startup=http_probe(HEALTH, API_PORT, period=5, timeout=2, failures=60),
        mounts=[Mount(path=FOLDER, volume="config"), TMP, *authority_mounts(database)],
        user=USER,
        group=USER,
        read_only_root=True,
    )
    workload = deployment(
        scope,
        API_SERVER,
        app=API_SERVER,
        programs=[program],
        settings=settings,
        service_account=API_SERVER,
        node_pools=args.node_pools,
        volumes={
            "config": {"config_map": {"name": config.name}},
            **TMP_VOLUME,
            **authority_volumes(database),
        },
        pod_annotations=EVICTABLE,
        config_hash=_restarts_with(config, database.made_with, store.revision),
        after=[*bindings, database.ready, store.ready],
    )
    _expose(install, workload)
    return workload


def _restarts_with(config: Config, *revisions: pulumi.Input[str]) -> pulumi.Output[str]:
    return pulumi.Output.concat(config.digest, *(part for one in revisions for part in ("-", one)))


def _about_requests(install: Install) -> Environment:
    """Whose request it is, and what it may ask for."""
    args = install.args
    settings = args.settings.api_server
    return {
        "MULTIUSER": "true",
        "KUBEFLOW_USERID_HEADER": args.identity.header,
        "KUBEFLOW_USERID_PREFIX": args.identity.prefix,
        "LOG_LEVEL": settings.log_level,
        "POD_NAMESPACE": pod_field("metadata.namespace"),
        "CLUSTER_DOMAIN": args.mesh.cluster_domain,
        "AUTO_UPDATE_PIPELINE_DEFAULT_VERSION": str(settings.newest_version_is_default).lower(),
        **first_generation(install),
        # In a team's namespace the first two; where a request names none, the server of this namespace. The
        # last two are variables that Kubernetes would make of a Service that is there before the pod.
        "VISUALIZATIONSERVICE_NAME": VISUALIZATION_SERVER,
        "VISUALIZATIONSERVICE_PORT": str(VISUALIZATION_PORT),
        "ML_PIPELINE_VISUALIZATIONSERVER_SERVICE_HOST": VISUALIZATION_SERVER,
        "ML_PIPELINE_VISUALIZATIONSERVER_SERVICE_PORT": str(VISUALIZATION_PORT),
    }


def first_generation(install: Install) -> Mapping[str, str]:
    """Whether pipelines of kfp 1.x are taken, which the controller of recurring runs asks as well."""
    settings = install.args.settings.api_server
    return {
        "BLOCK_V1_PIPELINES": str(settings.block_first_generation).lower(),
        "V1_ALLOWED_NAMESPACES": ",".join(settings.first_generation_namespaces),
    }


def _about_storage(install: Install) -> Environment:
    database, store = install.args.databases.pipelines, install.args.store
    return {
        "DBCONFIG_MYSQLCONFIG_USER": secret_key(database.secret, database.user_key),
        "DBCONFIG_MYSQLCONFIG_PASSWORD": secret_key(database.secret, database.password_key),
        "DBCONFIG_MYSQLCONFIG_DBNAME": database.name,
        "DBCONFIG_MYSQLCONFIG_HOST": database.host,
        "DBCONFIG_MYSQLCONFIG_PORT": str(database.port),
        "DBCONFIG_CONMAXLIFETIME": "120s",
        **go_authorities(database),
        "OBJECTSTORECONFIG_HOST": store.host,
        "OBJECTSTORECONFIG_PORT": str(store.port),
        "OBJECTSTORECONFIG_SECURE": str(store.secure).lower(),
        "OBJECTSTORECONFIG_REGION": store.region,
        "OBJECTSTORECONFIG_BUCKETNAME": store.bucket,
        **_keys(store),
    }


def _keys(store: ObjectStore) -> Environment:
    if store.scheme == "gs":
        # Of Google's buckets it opens none, and needs none: it has no other client than S3's, writes nothing,
        # and reads what first-generation runs keep by that protocol only (kubeflow/pipelines 2.16.1,
        # client_manager.go, resource_manager.go). So it need not look for an identity of AWS.
        return {"AWS_EC2_METADATA_DISABLED": "true"}
    if store.keyless:
        return {}
    return {
        "OBJECTSTORECONFIG_ACCESSKEY": secret_key(store.secret, store.access_key_name),
        "OBJECTSTORECONFIG_SECRETACCESSKEY": secret_key(store.secret, store.secret_key_name),
    }


def _about_runs(install: Install) -> Environment:
    runs = install.args.settings.runs
    return {
        "DEFAULTPIPELINERUNNERSERVICEACCOUNT": runs.service_account,
        "V2_DRIVER_IMAGE": pulled(runs.driver_image or Images.DRIVER),
        "V2_LAUNCHER_IMAGE": pulled(runs.launcher_image or Images.LAUNCHER),
        "PIPELINE_LOG_LEVEL": str(runs.verbosity),
        "PUBLISH_LOGS": str(runs.keep_logs).lower(),
        "COMPILED_PIPELINE_SPEC_PATCH": json.dumps(runs.workflow_spec_patch, sort_keys=True),
        "DEFAULT_SECURITY_CONTEXT_RUN_AS_USER": _text(runs.run_as_user),
        "DEFAULT_SECURITY_CONTEXT_RUN_AS_GROUP": _text(runs.run_as_group),
        "DEFAULT_SECURITY_CONTEXT_RUN_AS_NON_ROOT": _text(runs.run_as_non_root),
    }


def _text(value: int | bool | None) -> str:
    return "" if value is None else str(value).lower()


def _files(install: Install) -> Mapping[str, str]:
    """The folder of its configuration: what no variable says, and pipelines that are there from the start."""
    args = install.args
    settings, workspace = args.settings.api_server, args.settings.runs.workspace
    encrypted = encryption(args.databases.pipelines)
    config = {
        "DBDriverName": "mysql",
        "DBConfig": {
            "MySQLConfig": {
                # What GROUP_CONCAT puts together for a list of runs is long.
                "GroupConcatMaxLen": "4194304",
                **({"ExtraParams": encrypted} if encrypted else {}),
            }
        },
        "ObjectStoreConfig": {"PipelinePath": "pipelines"},
        "InitConnectionTimeout": "6m",
        "CacheEnabled": str(args.settings.cache.enabled).lower(),
        "ClientQPS": settings.api_queries_per_second,
        "ClientBurst": settings.api_burst,
        "Workspace": {
            "VolumeClaimTemplateSpec": {
                "accessModes": [workspace.access_mode],
                "storageClassName": workspace.storage_class or args.storage_class,
            }
        },
    }
    return {
        "config.json": json.dumps(config, indent=1),
        **files(settings.pipelines, samples=settings.samples),
    }


def _expose(install: Install, workload: Workload) -> None:
    """The ways to it: other programs of pipelines, and whoever shows a token instead of a user's name."""
    scope, mesh, header = install.scope, install.args.mesh, install.args.identity.header
    service(
        scope,
        API_SERVER,
        selector=workload.selector,
        ports={"http": (API_PORT, API_PORT), "grpc": (GRPC_PORT, GRPC_PORT)},
        app=API_SERVER,
        annotations={
            "prometheus.io/scrape": "true",
            "prometheus.io/scheme": "http",
            "prometheus.io/port": str(API_PORT),
        },
    )
    mutual_tls(scope, mesh, API_SERVER, app=API_SERVER, service=API_SERVER)
    allow(
        scope,
        mesh,
        API_SERVER,
        app=API_SERVER,
        selector=workload.selector,
        rules=[
            from_principals(*(install.principal(caller) for caller in CALLERS)),
            {"when": [{"key": f"request.headers[{header}]", "notValues": ["*"]}]},
        ],
    )
    allow_ingress(
        scope,
        API_SERVER,
        selector=workload.selector,
        openings=[
            Opening(
                ports=[API_PORT, GRPC_PORT],
                callers=[TEAMS, *(scope.caller({"app": caller}, caller) for caller in CONTROLLERS)],
            ),
            Opening(ports=[API_PORT], callers=[scope.caller({"app": UI_ACCOUNT}, UI_ACCOUNT)]),
        ],
        # It has no other port for them.
        metrics=[API_PORT],
        app=API_SERVER,
    )
