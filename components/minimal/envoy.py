"""The configuration of Envoy that does what the mesh's gateway would, for one person on this machine.

Fields: envoyproxy/envoy v1.37.0, api/envoy (config.bootstrap.v3 and what it holds). How Istio's pilot writes
routes: istio/istio 1.30, pilot/pkg/networking/core/route.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..contracts import CollectedRoutes, Route, TeamRoute, UserIdentity

LOOPBACK = "127.0.0.1"
# Names by which a browser of this machine may ask; any other is a page elsewhere whose name leads here.
HOSTS = ("localhost", LOOPBACK, "[::1]")
TEAMS = "programs-of-teams"

Block = dict[str, Any]

_TYPES = "type.googleapis.com/envoy"
_LABEL = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_OWN_ORIGIN = r"http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?"
_FOREIGN = "Asked by a page of another site: open the address in the browser itself."
_METADATA, _HOST_KEY = "slipway.teams", "host"
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
_CACHE: Mapping[str, object] = {
    "name": "teams",
    "dns_lookup_family": "V4_PREFERRED",
    # A program that is made anew gets another address.
    "dns_refresh_rate": "5s",
}


@dataclass(frozen=True, kw_only=True)
class Front:
    """Whom requests are taken to come from, and where they are taken."""

    user: str
    identity: UserIdentity
    port: int
    cluster_domain: str


def configuration(front: Front, collected: CollectedRoutes) -> Block:
    """Envoy's configuration: one listener on the loopback, and no port to administer it."""
    ways = sorted(collected.routes, key=lambda way: len(way.prefix), reverse=True)
    destinations = {(way.host, way.port): None for way in ways if way.refusal is None}
    manager: Block = {
        "@type": f"{_TYPES}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "codec_type": "AUTO",
        "stat_prefix": "local",
        "normalize_path": True,
        # Programs in Python take a_b and a-b for one header.
        "common_http_protocol_options": {"headers_with_underscores_action": "DROP_HEADER"},
        "stream_idle_timeout": "0s",
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "route_config": {"name": "local", "virtual_hosts": [_virtual_host(front, collected, ways)]},
        "http_filters": [
            _filter("header_to_metadata", "Config"),
            _filter("set_filter_state", "Config"),
            {
                "name": "envoy.filters.http.dynamic_forward_proxy",
                "typed_config": {
                    "@type": f"{_TYPES}.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig",
                    "dns_cache_config": dict(_CACHE),
                    "allow_dynamic_host_from_filter_state": True,
                },
            },
            _filter("router", "Router"),
        ],
    }
    listener: Block = {
        "name": "localhost",
        "address": _address(LOOPBACK, front.port),
        "filter_chains": [
            {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
        ],
    }
    clusters = [*(_cluster(host, port) for host, port in destinations), _cluster_of_teams()]
    return {"static_resources": {"listeners": [listener], "clusters": clusters}}


def _virtual_host(front: Front, collected: CollectedRoutes, ways: Sequence[Route]) -> Block:
    identity = front.identity
    # Envoy reads a percent sign as the beginning of a variable.
    user = f"{identity.prefix}{front.user}".replace("%", "%%")
    return {
        "name": "platform",
        "domains": [domain for host in HOSTS for domain in (host, f"{host}:*")],
        "request_headers_to_add": [_set(identity.header, user)],
        "request_headers_to_remove": [identity.groups_header],
        "routes": [
            *_refused_pages(),
            *(_team_route(way, front.cluster_domain) for way in collected.team_routes),
            *(_route(way) for way in ways),
        ],
    }


def _refused_pages() -> Iterable[Block]:
    """What pages of other sites ask for: there is no login that they would lack.

    Browsers say so by Fetch Metadata, also of other programs at other ports of localhost, and by the origin
    where something is changed. Programs that are no browsers send neither.
    """
    for header in (
        {"name": "sec-fetch-site", "string_match": {"safe_regex": {"regex": "cross-site|same-site"}}},
        {
            "name": "origin",
            "invert_match": True,
            "treat_missing_header_as_empty": True,
            "string_match": {"safe_regex": {"regex": f"|{_OWN_ORIGIN}"}},
        },
    ):
        yield {
            "match": {"prefix": "/", "headers": [header]},
            "direct_response": {"status": 403, "body": {"inline_string": _FOREIGN}},
        }


def _route(way: Route) -> Block:
    match: Block = {"prefix": way.prefix}
    if way.ignore_case:
        match["case_sensitive"] = False
    if way.query:
        match["query_parameters"] = [
            {"name": name, "string_match": {"safe_regex": {"regex": regex}}}
            for name, regex in way.query.items()
        ]
    if way.refusal is not None:
        return {
            "match": match,
            "direct_response": {"status": 403, "body": {"inline_string": way.refusal}},
        }
    action = _action(_cluster_name(way.host, way.port), way.timeout)
    if way.rewrite is not None:
        action["prefix_rewrite"] = way.rewrite
    result: Block = {"match": match, "route": action}
    if way.request_headers:
        result["request_headers_to_add"] = [
            _set(name, value.replace("%", "%%")) for name, value in way.request_headers.items()
        ]
    return result


def _team_route(way: TeamRoute, cluster_domain: str) -> Block:
    """A route to programs that come and go: the path says which Service is meant.

    The address goes to the forward proxy past the request's own headers, so that the program sees the host
    that the browser asked, as it does behind the mesh's gateway.
    """
    begins = f"{way.prefix}/{_LABEL}/{_LABEL}/"
    parts = f"^{way.prefix}/({_LABEL})/({_LABEL})/.*$"
    action = _action(TEAMS, way.timeout)
    if way.rewrite is not None:
        action["regex_rewrite"] = {"pattern": {"regex": f"^{begins}"}, "substitution": way.rewrite}
    host = {
        "header": ":path",
        "on_header_present": {
            "metadata_namespace": _METADATA,
            "key": _HOST_KEY,
            "type": "STRING",
            "regex_value_rewrite": {
                "pattern": {"regex": parts},
                "substitution": rf"{way.service_prefix}\2.\1.svc.{cluster_domain}",
            },
        },
    }
    states = {"host": f"%DYNAMIC_METADATA({_METADATA}:{_HOST_KEY})%", "port": "80"}
    return {
        "match": {"safe_regex": {"regex": f"{begins}.*"}},
        "route": action,
        "typed_per_filter_config": {
            "envoy.filters.http.header_to_metadata": {
                "@type": _type("header_to_metadata", "Config"),
                "request_rules": [host],
            },
            "envoy.filters.http.set_filter_state": {
                "@type": _type("set_filter_state", "Config"),
                "on_request_headers": [
                    {
                        "object_key": f"envoy.upstream.dynamic_{name}",
                        "format_string": {"text_format_source": {"inline_string": value}},
                    }
                    for name, value in states.items()
                ],
            },
        },
    }


def _action(cluster: str, timeout: str | None) -> Block:
    return {
        "cluster": cluster,
        "timeout": "0s" if timeout is None else _seconds(timeout),
        "retry_policy": {"retry_on": "connect-failure,refused-stream", "num_retries": 2},
    }


def _cluster(host: str, port: int) -> Block:
    name = _cluster_name(host, port)
    return {
        "name": name,
        "type": "LOGICAL_DNS",
        "dns_lookup_family": "V4_PREFERRED",
        "connect_timeout": "10s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": _address(host, port)}}]}],
        },
    }


def _cluster_of_teams() -> Block:
    return {
        "name": TEAMS,
        "connect_timeout": "10s",
        "lb_policy": "CLUSTER_PROVIDED",
        "cluster_type": {
            "name": "envoy.clusters.dynamic_forward_proxy",
            "typed_config": {
                "@type": f"{_TYPES}.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig",
                "dns_cache_config": dict(_CACHE),
            },
        },
    }


def _cluster_name(host: str, port: int) -> str:
    return f"{host}:{port}"


def _seconds(duration: str) -> str:
    """A duration as JSON writes one of protobuf: in seconds."""
    number = duration.rstrip("mhs")
    return f"{int(number) * _UNITS[duration.removeprefix(number)]:g}s"


def _set(header: str, value: str) -> Block:
    return {"header": {"key": header, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def _type(name: str, kind: str) -> str:
    return f"{_TYPES}.extensions.filters.http.{name}.v3.{kind}"


def _filter(name: str, kind: str) -> Block:
    return {"name": f"envoy.filters.http.{name}", "typed_config": {"@type": _type(name, kind)}}


def _address(host: str, port: int) -> Block:
    return {"socket_address": {"address": host, "port_value": port}}
