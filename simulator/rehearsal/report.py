"""What a rehearsal found: which pods stay Pending and why, and how full each pool is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from components.kube.quantity import gibibytes
from simulator.cluster.api import Object
from simulator.rehearsal.autoscaler import Autoscaler
from simulator.rehearsal.groups import NodeGroup
from simulator.rehearsal.observation import Observation, reason
from simulator.rehearsal.pods import requests, shown, total
from simulator.rehearsal.stand_ins import NAMESPACE

_ALWAYS = ("cpu", "memory", "pods")
NOT_REHEARSED = (
    "images, and what their programs do",
    "load balancers, and the zones and limits of volumes",
    "what charts render, beyond what their pods reserve",
)
DATA_OF_CLOUD = "databases and bucket of the cloud, beside the Jobs that prepare them"


@dataclass(frozen=True)
class Filled:
    """One resource of a pool's nodes: what pods can have, what the platform reserves, and what else does."""

    allocatable: str
    platform: str
    others: str
    percent: int


@dataclass(frozen=True)
class PoolReport:
    """The nodes of one pool that are paid for in one way.

    Attributes:
        least, most: what the stack allows. nodes: how many were needed. zones: how many in each.
        resources: by name; empty without nodes.
    """

    pool: str
    capacity: str
    machine: str
    least: int
    most: int
    nodes: int
    zones: Mapping[str, int]
    resources: Mapping[str, Filled]


@dataclass(frozen=True)
class PendingPod:
    """A pod that found no node: the scheduler's reason, what it asks for, and why no further node helps."""

    namespace: str
    name: str
    reason: str
    asks: Mapping[str, str]
    groups: Sequence[str]


@dataclass(frozen=True)
class Report:
    """All of it.

    Attributes:
        refused: workloads whose pods the API server did not take, with its reason.
        pods: how many there are, of the platform and standing in for others.
        volumes: how many, and GiB of all of them, by storage class.
    """

    stack: str
    pending: Sequence[PendingPod]
    refused: Mapping[str, str]
    pools: Sequence[PoolReport]
    pods: Mapping[str, int]
    volumes: Mapping[str, Mapping[str, int]]
    not_rehearsed: Sequence[str]

    @property
    def fits(self) -> bool:
        """Whether every pod has a node."""
        return not self.pending and not self.refused

    def plain(self) -> dict[str, Any]:
        """As JSON writes it."""
        found = asdict(self)
        found["notRehearsed"] = found.pop("not_rehearsed")
        return {**found, "fits": self.fits}

    def show(self, console: Console) -> None:
        """Print it."""
        console.print()
        console.print(Text(f"Stack '{self.stack}', rehearsed", style="bold"))
        console.print()
        console.print(_pool_table(self.pools))
        console.print()
        waiting = f"{len(self.pending)} stay Pending" if self.pending else "none stays Pending"
        volumes = sum(one["count"] for one in self.volumes.values())
        size = sum(one["gib"] for one in self.volumes.values())
        own, others = self.pods["platform"], self.pods["others"]
        text = f"{own} pods of the platform, {others} of the cloud and of charts: {waiting}. "
        console.print(f"{text}{volumes} volumes, {size} GiB.", soft_wrap=True)
        for pod in self.pending:
            asks = ", ".join(f"{name} {amount}" for name, amount in pod.asks.items() if name != "pods")
            console.print(Text(f"\n{pod.namespace}/{pod.name} asks for {asks}", style="red"), soft_wrap=True)
            console.print(f"  scheduler: {pod.reason}", soft_wrap=True)
            for note in pod.groups:
                console.print(f"  {note}", soft_wrap=True)
        for name, why in self.refused.items():
            console.print(Text(f"\n{name}: its pods are refused: {why}", style="red"), soft_wrap=True)
        console.print(f"\nNot rehearsed: {'; '.join(self.not_rehearsed)}.", style="dim", soft_wrap=True)


def report(
    stack: str,
    seen: Observation,
    autoscaler: Autoscaler,
    volumes: Iterable[tuple[str, str]],
    *,
    data_of_cloud: bool,
) -> Report:
    """Put together what was found."""
    others = sum(pod["metadata"]["namespace"] == NAMESPACE for pod in seen.pods)
    return Report(
        stack=stack,
        pending=[_pending(pod, autoscaler) for pod in seen.without_node],
        refused=dict(seen.refused()),
        pools=list(_pools(seen, autoscaler)),
        pods={"platform": len(seen.pods) - others, "others": others},
        volumes=_volumes(volumes),
        not_rehearsed=[*NOT_REHEARSED, *([DATA_OF_CLOUD] if data_of_cloud else [])],
    )


def _pending(pod: Object, autoscaler: Autoscaler) -> PendingPod:
    asks = {name: shown(name, amount) for name, amount in requests(pod["spec"]).items()}
    return PendingPod(
        namespace=pod["metadata"]["namespace"],
        name=pod["metadata"]["name"],
        reason=reason(pod) or "the scheduler has not looked at it",
        asks=asks,
        groups=list(autoscaler.notes(pod)),
    )


def _pools(seen: Observation, autoscaler: Autoscaler) -> Iterator[PoolReport]:
    rows: dict[tuple[str, str], list[NodeGroup]] = {}
    for group in autoscaler.groups:
        rows.setdefault((group.pool, group.capacity), []).append(group)
    for (pool, capacity), groups in rows.items():
        nodes = {name: group for group in groups for name in autoscaler.nodes(group)}
        zones: dict[str, int] = {}
        for slot, count in autoscaler.counts.items():
            if slot.group in groups:
                zones[slot.zone] = zones.get(slot.zone, 0) + count
        yield PoolReport(
            pool=pool,
            capacity=capacity,
            machine=groups[0].machine,
            least=sum(group.least for group in groups),
            most=sum(group.most for group in groups),
            nodes=len(nodes),
            zones=zones,
            resources=_filled(seen, nodes) if nodes else {},
        )


def _filled(seen: Observation, nodes: Mapping[str, NodeGroup]) -> dict[str, Filled]:
    has = total(group.allocatable for group in nodes.values())
    here = [pod for pod in seen.pods if pod["spec"].get("nodeName") in nodes]
    platform = total(requests(pod["spec"]) for pod in here if pod["metadata"]["namespace"] != NAMESPACE)
    others = total(requests(pod["spec"]) for pod in here if pod["metadata"]["namespace"] == NAMESPACE)
    zero = Decimal(0)
    return {
        name: Filled(
            allocatable=shown(name, amount),
            platform=shown(name, platform.get(name, zero)),
            others=shown(name, others.get(name, zero)),
            percent=_percent(platform.get(name, zero) + others.get(name, zero), amount),
        )
        for name, amount in has.items()
        if name in _ALWAYS or ("/" in name and amount)
    }


def _percent(part: Decimal, whole: Decimal) -> int:
    return round(100 * part / whole) if whole else 0


def _volumes(found: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    volumes: dict[str, dict[str, int]] = {}
    for name, size in found:
        row = volumes.setdefault(name, {"count": 0, "gib": 0})
        row["count"] += 1
        row["gib"] += gibibytes(size)
    return volumes


def _pool_table(pools: Sequence[PoolReport]) -> Table:
    columns = ("node pool", "machine", "nodes", "allowed", "CPU", "memory", "pods", "devices")
    table = Table(*columns, box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for row in pools:
        name = row.pool if row.capacity == "on demand" else f"{row.pool} ({row.capacity})"
        devices = [one for resource, one in row.resources.items() if "/" in resource]
        table.add_row(
            name,
            row.machine,
            str(row.nodes),
            f"{row.least}-{row.most}",
            *(_cell(row.resources.get(resource)) for resource in _ALWAYS),
            ", ".join(_cell(one) for one in devices) or "-",
        )
    return table


def _cell(filled: Filled | None) -> str:
    return f"{filled.percent}% of {filled.allocatable}" if filled else "-"
