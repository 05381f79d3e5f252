"""What there is after `up`: components with their state, nodes and GPUs, and what to do next."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.driver.errors import DriverError

_COMPONENT = "slipway.dev/component"
_POOL = "slipway.dev/pool"
_LIVE = "simulator.slipway.dev/programs"
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
_ASK_SECONDS = "20s"
_GPU = "/gpu"
_UNKNOWN: Mapping[str, str] = {}

Object = dict[str, Any]


@dataclass
class Component:
    """How many of a component's workloads there are, and what those lack that are not available."""

    available: int = 0
    total: int = 0
    reasons: list[str] = field(default_factory=list[str])

    @property
    def text(self) -> Text:
        """The state of the component in a table."""
        if not self.total:
            return Text("no workloads", style="dim")
        return Text(f"{self.available}/{self.total}", style="" if self.available == self.total else "yellow")


@dataclass
class Pool:
    """The nodes of one pool."""

    nodes: int = 0
    ready: int = 0
    gpus: int = 0
    model: str = ""


@dataclass(frozen=True)
class Summary:
    """What the cluster of a stack holds."""

    components: Mapping[str, Component]
    pools: Mapping[str, Pool]

    @classmethod
    def of(cls, kubectl: Path, kubeconfig: Path, names: Sequence[str]) -> Summary:
        """Ask the cluster; `names` are the components that the stack says it has."""
        kinds = ",".join(("deployments.apps", "statefulsets.apps", "daemonsets.apps", "nodes"))
        done = subprocess.run(
            [
                str(kubectl),
                f"--kubeconfig={kubeconfig}",
                f"--request-timeout={_ASK_SECONDS}",
                "get",
                kinds,
                "--all-namespaces",
                "--output=json",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DriverError(f"the cluster does not answer: {done.stderr.strip()}")
        items: list[Object] = json.loads(done.stdout)["items"]
        return cls(_components(items, names), _pools(items))

    @property
    def is_available(self) -> bool:
        """Whether every workload is available."""
        return all(component.available == component.total for component in self.components.values())

    def show(self, console: Console, heading: str) -> None:
        """Print it."""
        console.print()
        console.print(Text(heading, style="bold"))
        console.print()
        console.print(self._component_table())
        console.print()
        console.print(self._pool_table())
        for name, component in self.components.items():
            for reason in component.reasons:
                console.print(Text(f"{name}: {reason}", style="yellow"))

    def _component_table(self) -> Table:
        table = _table("component", "available")
        for name, component in self.components.items():
            table.add_row(name, component.text)
        available = sum(component.available for component in self.components.values())
        total = sum(component.total for component in self.components.values())
        table.add_section()
        table.add_row("all", f"{available}/{total}")
        return table

    def _pool_table(self) -> Table:
        table = _table("node pool", "ready", "GPUs")
        for name, pool in self.pools.items():
            gpus = " ".join((str(pool.gpus), pool.model)).strip() if pool.gpus else "-"
            table.add_row(name, f"{pool.ready}/{pool.nodes}", gpus)
        return table


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")


def _components(items: Sequence[Object], names: Sequence[str]) -> dict[str, Component]:
    found = {name: Component() for name in names}
    for item in items:
        labels: Mapping[str, str] = item["metadata"].get("labels") or {}
        if item["kind"] not in _WORKLOADS or _COMPONENT not in labels:
            continue
        component = found.setdefault(labels[_COMPONENT], Component())
        component.total += 1
        if (reason := _reason(item)) is None:
            component.available += 1
        else:
            component.reasons.append(f"{item['kind']} {item['metadata']['name']}: {reason}")
    return found


def _reason(workload: Object) -> str | None:
    """Why a workload is not available, or None where it is."""
    status: Object = workload.get("status") or {}
    if workload["kind"] == "Deployment":
        available = _condition(status, "Available")
        return None if available.get("status") == "True" else available.get("message", "not looked at yet")
    if workload["kind"] == "StatefulSet":
        wanted, ready = workload["spec"].get("replicas", 1), status.get("readyReplicas", 0)
    else:
        wanted, ready = status.get("desiredNumberScheduled", 0), status.get("numberAvailable", 0)
    return None if ready >= wanted else f"{ready} of {wanted} ready"


def _pools(items: Sequence[Object]) -> dict[str, Pool]:
    found: dict[str, Pool] = {}
    models: Counter[tuple[str, str]] = Counter()
    for item in items:
        if item["kind"] != "Node":
            continue
        labels: Mapping[str, str] = item["metadata"].get("labels") or {}
        name = labels.get(_POOL, "live" if _LIVE in labels else "other nodes")
        pool = found.setdefault(name, Pool())
        pool.nodes += 1
        pool.ready += _condition(item["status"], "Ready").get("status") == "True"
        for count, model in _accelerators(item, labels):
            pool.gpus += count
            models[name, model] += count
    for (name, model), _ in models.most_common():
        found[name].model = found[name].model or model
    return found


def _condition(status: Object, kind: str) -> Mapping[str, str]:
    conditions = cast("Sequence[Mapping[str, str]]", status.get("conditions") or [])
    return next((condition for condition in conditions if condition["type"] == kind), _UNKNOWN)


def _accelerators(node: Object, labels: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    allocatable = cast("Mapping[str, str]", node["status"].get("allocatable") or {})
    for resource, count in allocatable.items():
        if resource.endswith(_GPU) and int(count):
            # As the GPU feature discovery of each vendor writes it: `nvidia.com/gpu.product`.
            yield int(count), labels.get(f"{resource}.product", "")
