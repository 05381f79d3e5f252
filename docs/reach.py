"""Writes the table of docs/network.md anew from what the policies let through: `python -m docs.reach`."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.network.evaluator import Endpoint, Network
from tests.network.scene import API_SERVER, SIDECAR, TEAMS, endpoints, network, notebook, platform, pods
from tests.support.pods import Object

PAGE = Path(__file__).with_name("network.md")
HEAD = "| who is reached | at | by whom |\n|---|---|---|\n"
_TABLE = re.compile(re.escape(HEAD) + r"(?:\|.*\n)*")


def table(objects: Iterable[Object]) -> str:
    """A row for each port of each program that somebody reaches, and two for those that are alike."""
    known = list(objects)
    there, everybody = network(known), [API_SERVER, *endpoints(known)]
    rows = [
        row for pod in sorted(pods(known), key=lambda one: one.name) for row in _ports(there, pod, everybody)
    ]
    rows.append(_sidecars(there, known, everybody))
    rows.append(_row("any pod of a team", "every port", _of_team(there, everybody)))
    return HEAD + "".join(f"{one}\n" for one in rows)


def written(page: str, made: str) -> str:
    """The page with that table in it."""
    found, count = _TABLE.subn(lambda _: made, page)
    assert count == 1, "the page has no such table, or two"
    return found


def _ports(there: Network, pod: Endpoint, everybody: list[Endpoint]) -> Iterator[str]:
    if pod.namespace in TEAMS:
        return
    for name, port in pod.ports.items():
        callers = _callers(there, pod, port, everybody)
        if name not in SIDECAR and callers:
            yield _row(f"`{_called(pod)}`", f"{port}", callers)


def _sidecars(there: Network, objects: list[Object], everybody: list[Endpoint]) -> str:
    meshed = [pod for pod in pods(objects) if pod.meshed and pod.namespace not in TEAMS]
    found = {tuple(_callers(there, pod, port, everybody)) for pod in meshed for port in SIDECAR.values()}
    assert len(found) == 1, "the sidecars differ"
    ports = ", ".join(str(port) for port in SIDECAR.values())
    return _row("any of these with a sidecar", ports, found.pop())


def _of_team(there: Network, everybody: list[Endpoint]) -> list[str]:
    mine = notebook(TEAMS[0])
    others = [one for one in everybody if one.namespace != mine.namespace]
    return ["pods of the same team", *_callers(there, mine, mine.ports["notebook"], others)]


def _callers(there: Network, target: Endpoint, port: int, everybody: list[Endpoint]) -> list[str]:
    if there.allows(API_SERVER, target, port):
        return ["anyone: the API server has no address that a policy could name"]
    found = [one for one in everybody if one.name != target.name and there.allows(one, target, port)]
    teams = ["pods of teams"] if any(one.namespace in TEAMS for one in found) else []
    own = sorted(f"`{_called(one)}`" for one in found if "/" in one.name and one.namespace not in TEAMS)
    return [
        *own,
        *sorted(one.name for one in found if "/" not in one.name and one.namespace not in TEAMS),
        *teams,
    ]


def _called(pod: Endpoint) -> str:
    """A program of Kubeflow's own namespace by its name alone."""
    return pod.name.removeprefix("kubeflow/")


def _row(who: str, port: str, callers: Iterable[str]) -> str:
    return f"| {who} | {port} | {', '.join(callers)} |"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), table(platform().objects)), encoding="utf-8")
    print(f"written: {PAGE}")
