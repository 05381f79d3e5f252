"""The controllers around the API server: persistence agent, recurring runs, viewers.

Variables: kubeflow/pipelines 2.16.1, backend/Dockerfile.persistenceagent, .scheduledworkflow and
.viewercontroller, which make flags of them.
"""

import pulumi

from ...kube.objects import access
from ...kube.program import Mount, Program, command_probe, http_probe
from ...kube.workload import VolumeSource, Workload, deployment
from ...versions import Pipelines as Images
from .api_server import first_generation
from .args import API_PORT, API_SERVER, EVICTABLE, HEALTH, RBAC, TMP, TMP_VOLUME, USER, Install

TOKENS = "/var/run/secrets/kubeflow/tokens"
# Whom the API server lets in by a token (backend/src/apiserver/common/const.go, DefaultTokenReviewAudience).
AUDIENCE = "pipelines.kubeflow.org"


def api_token(path: str) -> VolumeSource:
    """A volume with a token that opens the API server and nothing else, renewed every hour."""
    return {
        "projected": {
            "sources": [
                {
                    "service_account_token": {
                        "audience": AUDIENCE,
                        "expiration_seconds": 3600,
                        "path": path,
                    }
                }
            ]
        }
    }


def persistence_agent(install: Install, after: pulumi.Resource) -> Workload:
    """Declare the agent that reports workflows, once the API server answers."""
    name, token = "ml-pipeline-persistenceagent", "persistenceagent-sa-token"
    settings, scope = install.args.settings.persistence_agent, install.scope
    program = Program(
        name=name,
        image=Images.PERSISTENCE_AGENT,
        settings=settings,
        environment={
            "NAMESPACE": "",
            "TTL_SECONDS_AFTER_WORKFLOW_FINISH": str(install.args.settings.retention.workflow_hours * 3600),
            "NUM_WORKERS": str(settings.workers),
            "LOG_LEVEL": settings.log_level,
        },
        # It listens to nobody. It is of use while it reaches the API server.
        ready=command_probe(
            "wget", "-q", "-O", "/dev/null", f"http://{API_SERVER}:{API_PORT}{HEALTH}", period=30, timeout=5
        ),
        mounts=[Mount(path=TOKENS, volume=token), TMP],
        user=USER,
        group=USER,
        read_only_root=True,
    )
    return deployment(
        scope,
        name,
        app=name,
        programs=[program],
        settings=settings,
        service_account=name,
        node_pools=install.args.node_pools,
        volumes={token: api_token(token), **TMP_VOLUME},
        pod_annotations=EVICTABLE,
        after=[
            after,
            *access(scope, RBAC / "persistence_agent.yaml"),
            *install.type_of("workflows", "scheduledworkflows"),
        ],
    )


def scheduled_workflows(install: Install, after: pulumi.Resource) -> Workload:
    """Declare the controller of recurring runs, which gives up if no API server answers within a minute."""
    name, token, metrics = "ml-pipeline-scheduledworkflow", "scheduledworkflow-sa-token", 9090
    settings, scope = install.args.settings.scheduled_workflows, install.scope
    program = Program(
        name=name,
        image=Images.SCHEDULED_WORKFLOWS,
        settings=settings,
        environment={
            "NAMESPACE": "",
            "LOG_LEVEL": settings.log_level,
            "CRON_SCHEDULE_TIMEZONE": settings.time_zone,
            "RESYNC_INTERVAL_SECONDS": str(settings.resync_seconds),
            "CLIENT_QPS": f"{settings.api_queries_per_second:g}",
            "CLIENT_BURST": str(settings.api_burst),
            "METRICS_PORT": str(metrics),
            **first_generation(install),
        },
        ports={"http": metrics},
        live=http_probe("/metrics", metrics, period=30),
        ready=http_probe("/metrics", metrics),
        startup=http_probe("/metrics", metrics, period=2, failures=60),
        mounts=[Mount(path=TOKENS, volume=token), TMP],
        user=USER,
        group=USER,
        read_only_root=True,
    )
    return deployment(
        scope,
        name,
        app=name,
        programs=[program],
        settings=settings,
        service_account=name,
        node_pools=install.args.node_pools,
        volumes={token: api_token(token), **TMP_VOLUME},
        pod_annotations=EVICTABLE,
        after=[
            after,
            *access(scope, RBAC / "scheduled_workflows.yaml"),
            *install.type_of("workflows", "scheduledworkflows"),
        ],
    )


def viewer_controller(install: Install) -> Workload:
    """Declare the controller that makes a TensorBoard of each Viewer."""
    name, metrics = "ml-pipeline-viewer-crd", 8080
    settings, scope = install.args.settings.viewer, install.scope
    program = Program(
        name=name,
        image=Images.VIEWER,
        settings=settings,
        environment={"NAMESPACE": "", "MAX_NUM_VIEWERS": str(settings.max_viewers)},
        # controller-runtime's own, which main.go leaves as it is.
        ports={"metrics": metrics},
        live=http_probe("/metrics", metrics, period=30),
        ready=http_probe("/metrics", metrics),
        mounts=[TMP],
        user=USER,
        group=USER,
        read_only_root=True,
    )
    return deployment(
        scope,
        name,
        app=name,
        programs=[program],
        settings=settings,
        service_account="ml-pipeline-viewer-crd-service-account",
        node_pools=install.args.node_pools,
        volumes=TMP_VOLUME,
        pod_annotations=EVICTABLE,
        after=[*access(scope, RBAC / "viewer.yaml"), *install.type_of("viewers")],
    )
