"""The local proxy leads where the mesh's gateway would: both are made from the same routes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pytest
import yaml

from components.contracts import CollectedRoutes, Route, UserIdentity
from components.kubeflow.volumes.viewer import default_pod_spec, viewer_routes, viewer_spec
from components.minimal.envoy import TEAMS, Front, configuration
from components.minimal.rules import FIXED
from components.platform_settings import platform_settings
from tests.minimal.stacks import MINIMAL, minimal, virtual_host
from tests.minimal.stacks import configuration as told_by
from tests.support.pods import below, entries
from tests.support.render import Rendered, render


class Way(NamedTuple):
    """What becomes of requests below a prefix."""

    prefix: str
    query: tuple[tuple[str, str], ...]
    any_case: bool
    upstream: str
    rewrite: str | None
    timeout: str
    headers: tuple[tuple[str, str], ...]
    refusal: str | None


def of_mesh(rendered: Rendered) -> list[Way]:
    """The ways of every VirtualService at the gateway."""
    return [
        _of_mesh(http)
        for one in rendered.of("VirtualService")
        if one["spec"]["gateways"] != ["mesh"]
        for http in entries(one["spec"], "http")
    ]


def _of_mesh(http: Mapping[str, Any]) -> Way:
    (match,) = http["match"]
    refusal = below(http, "directResponse")
    upstream = ""
    if not refusal:
        (only,) = http["route"]
        there = only["destination"]
        upstream = f"{there['host']}:{int(there['port']['number'])}"
    return Way(
        prefix=match["uri"]["prefix"],
        query=tuple((name, one["regex"]) for name, one in below(match, "queryParams").items()),
        any_case=match.get("ignoreUriCase", False),
        upstream=upstream,
        rewrite=below(http, "rewrite").get("uri"),
        timeout=http.get("timeout", "0s"),
        headers=tuple(below(below(below(http, "headers"), "request"), "set").items()),
        refusal=refusal["body"]["string"] if refusal else None,
    )


def of_proxy(told: Mapping[str, Any]) -> Iterator[Way]:
    """The ways of the proxy to programs that do not come and go."""
    addresses = {
        one["name"]: one["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"][
            "socket_address"
        ]
        for one in told["static_resources"]["clusters"]
        if one["name"] != TEAMS
    }
    for route in virtual_host(told)["routes"]:
        match, action = route["match"], below(route, "route")
        if "headers" in match or "safe_regex" in match:
            continue
        there: Mapping[str, Any] = addresses[action["cluster"]] if action else {}
        yield Way(
            prefix=match["prefix"],
            query=tuple(
                (one["name"], one["string_match"]["safe_regex"]["regex"])
                for one in entries(match, "query_parameters")
            ),
            any_case=not match.get("case_sensitive", True),
            upstream=f"{there['address']}:{there['port_value']}" if there else "",
            rewrite=action.get("prefix_rewrite"),
            timeout=action.get("timeout", "0s"),
            headers=tuple(
                (one["header"]["key"], one["header"]["value"])
                for one in entries(route, "request_headers_to_add")
            ),
            refusal=below(below(route, "direct_response"), "body").get("inline_string"),
        )


def with_mesh() -> Rendered:
    """The same stack with a mesh, and all else as `slipway:minimal` has it."""
    given: dict[str, Any] = {"cluster": MINIMAL["cluster"], "teams": MINIMAL["teams"]}
    for key, value in FIXED.items():
        if not key.startswith("addons."):
            *folders, last = key.split(".")
            place = given
            for folder in folders:
                place = place.setdefault(folder, {})
            place[last] = value
    return render(given, webhooks=True)


def test_every_route_of_the_mesh_is_one_of_the_proxy_and_the_other_way_round() -> None:
    mesh, proxy = of_mesh(with_mesh()), list(of_proxy(told_by(minimal())))
    assert sorted(mesh, key=str) == sorted(proxy, key=str)
    assert len(proxy) > 10
    assert {"/", "/jupyter/", "/katib/", "/pipeline", "/ml_metadata"} <= {one.prefix for one in proxy}
    assert any(one.refusal for one in proxy)


def test_a_component_that_is_off_has_no_route() -> None:
    there = {one.prefix for one in of_proxy(told_by(minimal(components={"katib": {"enabled": False}})))}
    assert "/katib/" not in there
    assert "/jupyter/" in there


def test_longer_prefixes_come_first_and_what_is_written_first_stays_so() -> None:
    ways = list(of_proxy(told_by(minimal())))
    lengths = [len(one.prefix) for one in ways]
    assert lengths == sorted(lengths, reverse=True)
    artifacts = [one.refusal is not None for one in ways if one.prefix == "/pipeline/artifacts"]
    assert artifacts == [False, True]


def test_every_destination_is_a_service_that_is_there() -> None:
    rendered = minimal()
    services = {
        (f"{one['metadata']['name']}.{one['metadata']['namespace']}.svc.cluster.local", int(port["port"]))
        for one in rendered.of("Service")
        for port in one["spec"]["ports"]
    }
    for one in of_proxy(told_by(rendered)):
        host, _, port = one.upstream.partition(":")
        assert one.refusal or (host, int(port)) in services


def dynamic(told: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The routes to programs that controllers start."""
    return [one for one in virtual_host(told)["routes"] if "safe_regex" in one["match"]]


def test_programs_that_controllers_start_are_reached_in_any_namespace() -> None:
    prefixes = {one["match"]["safe_regex"]["regex"].split("/")[1] for one in dynamic(told_by(minimal()))}
    assert prefixes == {"notebook", "tensorboard", "pvcviewers"}
    off = minimal(components={one: {"enabled": False} for one in ("volumes", "tensorboards", "notebooks")})
    assert dynamic(told_by(off)) == []


def test_a_viewer_is_reached_as_its_template_says() -> None:
    settings = platform_settings({**MINIMAL}).components.volumes.viewer
    way = viewer_routes(settings)
    networking = yaml.safe_load(viewer_spec(settings, ()))["networking"]
    assert (way.prefix, way.rewrite, way.timeout) == (
        networking["basePrefix"],
        networking["rewrite"],
        networking["timeout"],
    )
    assert f"{way.prefix}/" in default_pod_spec(settings, (), "image:1")


@pytest.mark.parametrize(
    ("written", "read"), [("300s", "300s"), ("2m", "120s"), ("1h", "3600s"), ("500ms", "0.5s"), (None, "0s")]
)
def test_a_timeout_is_written_in_seconds(written: str | None, read: str) -> None:
    collected = CollectedRoutes()
    collected.routes.append(Route(prefix="/", host="a.b", timeout=written))
    identity = UserIdentity(header="user", prefix="", groups_header="groups", logout_path="/")
    front = Front(user="100%@example.com", identity=identity, port=8080, cluster_domain="cluster.local")
    host = virtual_host(configuration(front, collected))
    assert host["routes"][-1]["route"]["timeout"] == read
    assert host["request_headers_to_add"][0]["header"] == {"key": "user", "value": "100%%@example.com"}
