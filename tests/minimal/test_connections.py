"""What the local proxy leads to lets the proxy's pods in, and every pod keeps the rules of hardening."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.hardening.test_pods import EXCEPTIONS, excepted, found
from tests.minimal.stacks import configuration, minimal
from tests.minimal.test_routes import of_proxy
from tests.support.pods import Object, below, entries
from tests.support.render import Rendered

PROXY: Mapping[str, Any] = {
    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kubeflow-proxy"}},
    "podSelector": {"matchLabels": {"app": "local-proxy"}},
}


@pytest.fixture(scope="module")
def rendered() -> Rendered:
    return minimal()


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    return below(selector, "matchLabels").items() <= labels.items()


def targets(rendered: Rendered) -> Iterator[tuple[Object, int | str]]:
    """The Deployment behind each destination of the proxy, and the port of its pods, by number."""
    for way in of_proxy(configuration(rendered)):
        if way.refusal:
            continue
        host, _, number = way.upstream.partition(":")
        service = rendered.get("Service", host.split(".")[0])
        (port,) = [one for one in service["spec"]["ports"] if int(one["port"]) == int(number)]
        (pods,) = [
            one
            for one in rendered.of("Deployment")
            if service["spec"]["selector"].items() <= one["spec"]["template"]["metadata"]["labels"].items()
            and one["metadata"]["namespace"] == service["metadata"]["namespace"]
        ]
        target = port["targetPort"]
        yield pods, target if isinstance(target, str) else int(target)


def numbers(pods: Object, port: int | str) -> set[int | str]:
    """A port by its number and by its name."""
    named = {
        one["name"]: int(one["containerPort"])
        for container in pods["spec"]["template"]["spec"]["containers"]
        for one in entries(container, "ports")
    }
    number = named[port] if isinstance(port, str) else int(port)
    return {number, *(name for name, one in named.items() if one == number)}


def lets_the_proxy_in(rendered: Rendered, pods: Object, port: int | str) -> bool:
    labels = pods["spec"]["template"]["metadata"]["labels"]
    return any(
        PROXY in entries(rule, "from")
        and numbers(pods, port) & {one["port"] for one in entries(rule, "ports")}
        for policy in rendered.of("NetworkPolicy")
        if policy["metadata"]["namespace"] == pods["metadata"]["namespace"]
        and below(policy["spec"], "podSelector")
        and selects(policy["spec"]["podSelector"], labels)
        for rule in entries(policy["spec"], "ingress")
    )


def test_every_program_that_the_proxy_leads_to_lets_it_in(rendered: Rendered) -> None:
    closed = [
        f"{pods['metadata']['name']}:{port}"
        for pods, port in targets(rendered)
        if not lets_the_proxy_in(rendered, pods, port)
    ]
    assert closed == []


def test_a_program_that_the_proxy_does_not_lead_to_stays_closed(rendered: Rendered) -> None:
    assert not lets_the_proxy_in(rendered, rendered.get("Deployment", "mysql"), 3306)


def test_what_runs_in_the_namespace_of_a_team_lets_the_proxy_in(rendered: Rendered) -> None:
    (policy,) = [one for one in rendered.of("NetworkPolicy") if one["metadata"]["name"] == "team-isolation"]
    assert policy["metadata"]["namespace"] == "mine"
    assert any(PROXY in entries(rule, "from") for rule in policy["spec"]["ingress"])


def test_every_pod_keeps_every_rule_or_is_an_exception(rendered: Rendered) -> None:
    # Those of teams are held to what docs/teams.md says.
    here = {one for one in found(rendered.objects) if not one.of.startswith("mine/")}
    short = [
        f"{one.rule}: {one.of}"
        for one in sorted(here)
        if not any(excepted(one, entry) for entry in EXCEPTIONS)
    ]
    assert short == []
