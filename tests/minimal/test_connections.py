"""Who reaches whom in a platform for one person, and the rules that its pods keep."""

from functools import cache

from tests.hardening.test_pods import EXCEPTIONS, excepted, found
from tests.matrix.index import Index
from tests.minimal.stacks import PORT, USER, minimal
from tests.network.evaluator import Endpoint, Network
from tests.network.needs import Need, named_addresses
from tests.network.scene import STRANGER, endpoints, network, notebook, run
from tests.network.test_openings import NO_ADDRESS
from tests.support.render import Rendered

PROXY = "kubeflow-proxy/local-proxy"


@cache
def rendered() -> Rendered:
    return minimal(teams={"team-a": {"owner": USER}})


@cache
def here() -> Network:
    return network(rendered().objects)


@cache
def everybody() -> dict[str, Endpoint]:
    return {one.name: one for one in endpoints(rendered().objects)}


@cache
def wanted() -> tuple[Need, ...]:
    named = named_addresses(Index.of(rendered().objects))
    return tuple(
        one
        for one in named
        # There is one team here.
        if (one.source.name, one.target.name) not in NO_ADDRESS and one.source.namespace != "team-b"
    )


def test_every_address_that_anything_names_is_open_to_whoever_reads_it() -> None:
    refused = [str(one) for one in wanted() if not here().allows(one.source, one.target, one.port)]
    assert refused == []
    assert len([one for one in wanted() if one.source.name == PROXY]) > 8


def test_nobody_but_the_proxy_reaches_pages() -> None:
    proxy = everybody()[PROXY]
    for page in ("dashboard", "jupyter-web-app-deployment", "katib-ui", "volumes-web-app-deployment"):
        target = everybody()[f"kubeflow/{page}"]
        (port,) = {one.port for one in wanted() if one.source == proxy and one.target == target}
        reached_by = {one.name for one in everybody().values() if here().allows(one, target, port)}
        assert reached_by == {PROXY}, page


def test_the_proxy_reaches_no_database() -> None:
    assert not here().allows(everybody()[PROXY], everybody()["kubeflow/mysql"], 3306)


def test_the_proxy_reaches_what_runs_in_the_namespace_of_the_team_and_strangers_do_not() -> None:
    for target in (notebook("team-a"), run("team-a")):
        assert here().allows(everybody()[PROXY], target, 8888)
        assert not here().allows(STRANGER, target, 8888)


def test_no_connection_reaches_the_proxy() -> None:
    proxy = everybody()[PROXY]
    assert [one.name for one in everybody().values() if here().allows(one, proxy, PORT)] == []


def test_every_pod_keeps_every_rule_or_is_an_exception() -> None:
    # Those of teams are held to what docs/teams.md says.
    ours = {one for one in found(rendered().objects) if not one.of.startswith("team-a/")}
    short = [
        f"{one.rule}: {one.of}"
        for one in sorted(ours)
        if not any(excepted(one, entry) for entry in EXCEPTIONS)
    ]
    assert short == []
