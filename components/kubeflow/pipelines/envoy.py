"""Envoy in front of ML Metadata: browsers speak gRPC-Web, the server gRPC.

Source of the image: kubeflow/pipelines 2.16.1, third_party/metadata_envoy.
"""

import yaml

from ...kube.config import config_map
from ...kube.mesh import route
from ...kube.network import Opening, allow_ingress
from ...kube.program import Mount, Program, tcp_probe
from ...kube.workload import Workload, deployment, service
from ...versions import Pipelines as Images
from .args import METADATA_ENVOY, TMP, TMP_VOLUME, UI_ACCOUNT, USER, Install
from .metadata import PORT as SERVER_PORT
from .metadata import SERVICE as SERVER

APP, SERVICE, PORT = METADATA_ENVOY, "metadata-envoy-service", 9090
CONFIG_FOLDER, CONFIG_FILE = "/etc/envoy", "envoy-config.yaml"

_TYPES = "type.googleapis.com/envoy.extensions"
_CLUSTER = "metadata-cluster"


def metadata_envoy(install: Install) -> Workload:
    """Declare the proxy, its route at the gateway, and that only the gateway and the pages reach it."""
    scope, args = install.scope, install.args
    settings = args.settings.metadata_envoy
    text = yaml.safe_dump(configuration(), sort_keys=False)
    config = config_map(scope, "metadata-envoy-configmap", {CONFIG_FILE: text}, app=APP)
    program = Program(
        name="container",
        image=Images.METADATA_ENVOY,
        settings=settings,
        args=[f"{CONFIG_FOLDER}/{CONFIG_FILE}"],
        ports={"md-envoy": PORT},
        live=tcp_probe(PORT, period=30),
        ready=tcp_probe(PORT),
        mounts=[Mount(path=CONFIG_FOLDER, volume="envoy-config"), TMP],
        user=USER,
        group=USER,
        read_only_root=True,
    )
    workload = deployment(
        scope,
        "metadata-envoy-deployment",
        app=APP,
        programs=[program],
        settings=settings,
        service_account="default",
        node_pools=args.node_pools,
        volumes={"envoy-config": {"config_map": {"name": config.name}}, **TMP_VOLUME},
        mesh=False,
        api_token=False,
        config_hash=config.digest,
    )
    service(scope, SERVICE, selector=workload.selector, ports={"md-envoy": (PORT, "md-envoy")}, app=APP)
    route(
        scope,
        args.mesh,
        "metadata-grpc",
        app=APP,
        prefix="/ml_metadata",
        service=SERVICE,
        port=PORT,
        rewrite=None,
    )
    callers = [args.mesh.gateway_pods, scope.caller({"app": UI_ACCOUNT})]
    opened = Opening(ports=[PORT], callers=callers)
    allow_ingress(scope, APP, selector=workload.selector, openings=[opened], app=APP)
    return workload


def configuration() -> dict[str, object]:
    """Envoy's configuration (envoy.config.bootstrap.v3): a listener, a cluster, and no port to administer it.

    Pages and metadata have the same origin, so that no other is allowed (no CORS).
    """
    manager = {
        "@type": f"{_TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "codec_type": "AUTO",
        "stat_prefix": "ingress_http",
        "route_config": {
            "name": "local_route",
            "virtual_hosts": [
                {
                    "name": "local_service",
                    "domains": ["*"],
                    "routes": [
                        {
                            "match": {"prefix": "/"},
                            "route": {
                                "cluster": _CLUSTER,
                                # The client says how long it waits; here nothing is cut off.
                                "max_stream_duration": {"grpc_timeout_header_max": "0s"},
                            },
                        }
                    ],
                }
            ],
        },
        "http_filters": [
            _filter("grpc_web", "GrpcWeb"),
            _filter("router", "Router"),
        ],
    }
    listener = {
        "name": "listener_0",
        "address": _address("0.0.0.0", PORT),
        "filter_chains": [
            {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
        ],
    }
    http2: dict[str, object] = {}
    cluster = {
        "name": _CLUSTER,
        "type": "LOGICAL_DNS",
        "connect_timeout": "30s",
        "lb_policy": "ROUND_ROBIN",
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": f"{_TYPES}.upstreams.http.v3.HttpProtocolOptions",
                "explicit_http_config": {"http2_protocol_options": http2},
            }
        },
        "load_assignment": {
            "cluster_name": _CLUSTER,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": _address(SERVER, SERVER_PORT)}}]}],
        },
    }
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


def _filter(name: str, kind: str) -> dict[str, object]:
    return {
        "name": f"envoy.filters.http.{name}",
        "typed_config": {"@type": f"{_TYPES}.filters.http.{name}.v3.{kind}"},
    }


def _address(host: str, port: int) -> dict[str, object]:
    return {"socket_address": {"address": host, "port_value": port}}
