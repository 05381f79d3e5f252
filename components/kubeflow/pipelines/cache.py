"""The cache of steps of kfp 1.x: a webhook that gives the pod of a step known results instead of its program.

Steps of kfp 2 are looked up by their driver, without it.
Source: kubeflow/pipelines 2.16.1, backend/src/cache.
"""

import json

import pulumi

from ...contracts import Database
from ...kube.authority import authority_mounts, authority_volumes, go_authorities
from ...kube.mesh import allow
from ...kube.network import allow_ingress, from_api_server
from ...kube.objects import access
from ...kube.program import Mount, Program, secret_key, tcp_probe
from ...kube.pulling import pulled
from ...kube.webhook import Hook, ServingCertificate, register, serving_certificate
from ...kube.workload import Workload, deployment, service
from ...versions import Pipelines as Images
from .args import CACHE_ACCOUNT, CACHE_SERVER, RBAC, TMP, TMP_VOLUME, USER, Install, encryption

APP = CACHE_SERVER
PORT = 8443
# main.go, TLSDir.
CERTIFICATES = "/etc/webhook/certs"


def cache_server(install: Install) -> Workload:
    """Declare the webhook with its certificate, and register it once it answers."""
    scope, args = install.scope, install.args
    bindings = access(scope, RBAC / "cache.yaml")
    certificate = serving_certificate(
        scope,
        args.certificates,
        app=APP,
        issuer="kfp-cache-selfsigned-issuer",
        certificate="kfp-cache-cert",
        secret="webhook-server-tls",
        service=APP,
        cluster_domain=args.mesh.cluster_domain,
    )
    database = args.databases.cache
    # Without the right to watch pods it ends at once (WatchPods in server/watcher.go).
    workload = _workload(install, database, certificate, after=[*bindings, database.ready])
    service(scope, APP, selector=workload.selector, ports={"https": (443, "webhook-api")}, app=APP)
    # The API server, which calls it, has no identity in the mesh.
    allow(scope, args.mesh, "service-cache-server", app=APP, selector=workload.selector, rules=[{}])
    allow_ingress(scope, APP, selector=workload.selector, openings=[from_api_server(PORT)], app=APP)
    register(
        scope,
        args.capabilities,
        "Mutating",
        "cache-webhook-kubeflow",
        [
            Hook(
                name=f"{APP}.{scope.namespace_name}.svc",
                path="/mutate",
                rules=[
                    {
                        "api_groups": [""],
                        "api_versions": ["v1"],
                        "operations": ["CREATE"],
                        "resources": ["pods"],
                    }
                ],
                # A run goes on without its cache.
                failure="Ignore",
                objects={"match_labels": {"pipelines.kubeflow.org/cache_enabled": "true"}},
                timeout_seconds=5,
                # server/admission.go answers in this version only.
                review_versions=("v1beta1",),
            )
        ],
        app=APP,
        service=APP,
        certificate=certificate,
        answered_by=workload,
    )
    return workload


def _workload(
    install: Install, database: Database, certificate: ServingCertificate, *, after: list[pulumi.Resource]
) -> Workload:
    settings = install.args.settings.cache
    encrypted = encryption(database)
    extra = [f"--db_extra_params={json.dumps(encrypted)}"] if encrypted else []
    program = Program(
        name="server",
        image=Images.CACHE,
        settings=settings,
        args=[
            "--db_driver=$(DBCONFIG_DRIVER)",
            "--db_host=$(DBCONFIG_HOST_NAME)",
            "--db_port=$(DBCONFIG_PORT)",
            "--db_name=$(DBCONFIG_DB_NAME)",
            "--db_user=$(DBCONFIG_USER)",
            "--db_password=$(DBCONFIG_PASSWORD)",
            "--namespace_to_watch=$(NAMESPACE_TO_WATCH)",
            "--listen_port=$(WEBHOOK_PORT)",
            "--tls_cert_filename=tls.crt",
            "--tls_key_filename=tls.key",
            *extra,
        ],
        environment={
            "NAMESPACE_TO_WATCH": "",
            "DEFAULT_CACHE_STALENESS": settings.default_age,
            "MAXIMUM_CACHE_STALENESS": settings.maximum_age,
            "CACHE_IMAGE": pulled(settings.image_of_cached_steps or Images.CACHED_STEP),
            "CACHE_NODE_RESTRICTIONS": str(settings.keep_node_restrictions).lower(),
            "DBCONFIG_DRIVER": "mysql",
            "DBCONFIG_DB_NAME": database.name,
            "DBCONFIG_HOST_NAME": database.host,
            "DBCONFIG_PORT": str(database.port),
            "DBCONFIG_USER": secret_key(database.secret, database.user_key),
            "DBCONFIG_PASSWORD": secret_key(database.secret, database.password_key),
            "WEBHOOK_PORT": str(PORT),
            **go_authorities(database),
        },
        ports={"webhook-api": PORT},
        live=tcp_probe(PORT, period=30),
        ready=tcp_probe(PORT),
        startup=tcp_probe(PORT, period=2, failures=60),
        mounts=[Mount(path=CERTIFICATES, volume="webhook-tls-certs"), TMP, *authority_mounts(database)],
        user=USER,
        group=USER,
        read_only_root=True,
    )
    return deployment(
        install.scope,
        APP,
        app=APP,
        programs=[program],
        settings=settings,
        service_account=CACHE_ACCOUNT,
        node_pools=install.args.node_pools,
        volumes={
            "webhook-tls-certs": {"secret": {"secret_name": certificate.secret}},
            **TMP_VOLUME,
            **authority_volumes(database),
        },
        config_hash=database.made_with or None,
        after=after,
    )
