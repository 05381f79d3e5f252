"""What the audit log and the logs of a live platform say about its controllers."""

import json
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from simulator.node.layout import NodeLayout
from tests.audit_log.agreed import Finding
from tests.audit_log.events import Event, read
from tests.audit_log.refused import refused
from tests.audit_log.unknown import unknown_fields
from tests.audit_log.warned import warned_of
from tests.live.platform import LivePlatform

TEAM = "team"
"""Stands for the namespace of any team in the name of an account: `team/default-editor`."""
ADDONS = ("cert-manager",)
"""Namespaces of charts that run on a live cluster."""
CONTROL = "control-"
"""How the namespaces begin in which something is refused on purpose."""


@dataclass(frozen=True)
class Seen:
    """What accounts of the platform and of its teams asked for, and what they lacked.

    Attributes:
        events: every request of theirs.
        refusals: actions for which a rule is missing.
        fields: fields that were dropped.
    """

    events: tuple[Event, ...]
    refusals: frozenset[Finding]
    fields: frozenset[Finding]


def log(platform: LivePlatform) -> list[Event]:
    """Every request of every account."""
    return read(NodeLayout(platform.directory).audit)


def look(platform: LivePlatform) -> Seen:
    """Look at what there is by now, but for what is refused on purpose."""
    pods, teams = live_pods(platform), frozenset(platform.teams)
    namespaces = {pod["metadata"]["namespace"] for pod in pods} | {TEAM}
    named = (replace(one, account=_named(one.account, teams)) for one in log(platform))
    ours = tuple(
        one
        for one in named
        if one.account.partition("/")[0] in namespaces and not one.namespace.startswith(CONTROL)
    )
    sent = {Finding(one.account, field) for one in ours for field in unknown_fields(one)}
    warned = {Finding(account_of(pod), field) for pod in pods for field in _warned(platform, pod)}
    lacking = frozenset(Finding(one.account, one.action) for one in refused(ours))
    return Seen(ours, lacking, frozenset(sent | warned))


def live_pods(platform: LivePlatform) -> list[dict[str, Any]]:
    """The pods of the platform itself and its add-ons, not of its teams, that run programs."""
    own = {*platform.names("namespace", "-l", "app.kubernetes.io/managed-by=slipway"), *ADDONS}
    namespaces = own - set(platform.teams)
    nodes = platform.names("node", "-l", "simulator.slipway.dev/programs=run")
    found = json.loads(platform.kubectl("get", "pods", "-A", "-o", "json").stdout)["items"]
    return [
        pod
        for pod in found
        if pod["metadata"]["namespace"] in namespaces and pod["spec"].get("nodeName") in nodes
    ]


def account_of(pod: Mapping[str, Any]) -> str:
    """The account of a pod, as an event names it."""
    return f"{pod['metadata']['namespace']}/{pod['spec']['serviceAccountName']}"


def has_token(pod: Mapping[str, Any]) -> bool:
    """Whether programs in a pod could ask the API server anything."""
    volumes = (one.get("projected", {}).get("sources", []) for one in pod["spec"].get("volumes", []))
    return any("serviceAccountToken" in source for sources in volumes for source in sources)


@contextmanager
def without(platform: LivePlatform, kind: str, name: str, *path: str | int) -> Generator[None]:
    """Take one part of an object away for as long as the block takes."""
    value: Any = platform.get(kind, name)
    for key in path:
        value = value[key]
    pointer = "/" + "/".join(str(key) for key in path)
    _patch(platform, kind, name, {"op": "remove", "path": pointer})
    try:
        yield
    finally:
        _patch(platform, kind, name, {"op": "add", "path": pointer, "value": value})


def _patch(platform: LivePlatform, kind: str, name: str, operation: Mapping[str, Any]) -> None:
    platform.kubectl("patch", kind, name, "--type=json", "-p", json.dumps([operation]))


def _warned(platform: LivePlatform, pod: Mapping[str, Any]) -> list[str]:
    """The fields that the API server has warned of in a pod, of containers that were started again too."""
    metadata = pod["metadata"]
    folder = NodeLayout(platform.directory).pod_logs / "_".join(
        (metadata["namespace"], metadata["name"], metadata["uid"])
    )
    return [field for file in folder.glob("*/*.log") for field in warned_of(file.read_text(errors="replace"))]


def _named(account: str, teams: Collection[str]) -> str:
    namespace, _, own = account.partition("/")
    return f"{TEAM}/{own}" if namespace in teams else account
