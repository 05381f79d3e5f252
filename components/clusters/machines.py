"""Machine types of the clouds as data: what a node of each has, and which one holds the devices asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from .accelerators import AcceleratorModel, model_named


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One machine type.

    Attributes:
        cpu: virtual processors. memory: GiB.
        model, count: its accelerators; None and 0 without any.
        features: what else the cloud says of it, by names of the cloud's own table (`efa: true`).
    """

    name: str
    cpu: int
    memory: int
    architecture: str = "amd64"
    model: AcceleratorModel | None = None
    count: int = 0
    features: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """The machine types of one cloud known here; `source` says where the figures are from, and when."""

    cloud: str
    source: str
    machines: Mapping[str, Machine]

    def machine(self, name: str) -> Machine:
        """Return the machine type of that name. Raises ValueError, which lists similar ones."""
        if name in self.machines:
            return self.machines[name]
        family = name.replace("-", ".").split(".")[0].split("_")[0]
        similar = [one for one in self.machines if one.startswith(family)] or sorted(self.machines)
        raise ValueError(
            f"'{name}' is not a machine type of {self.cloud} known here; allowed: {', '.join(similar)}"
        )

    def holding(self, model: str, count: int) -> Machine:
        """Return the smallest machine type with exactly `count` devices of a model.

        Raises ValueError, which names the models that the cloud has, or the counts of this one.
        """
        wanted = model_named(model)
        with_it = [one for one in self.machines.values() if one.model == wanted]
        if not with_it:
            offered = sorted({one.model.short for one in self.machines.values() if one.model})
            raise ValueError(f"{self.cloud} has no machine with {wanted.name}; allowed: {', '.join(offered)}")
        fitting = [one for one in with_it if one.count == count]
        if not fitting:
            counts = sorted({one.count for one in with_it})
            raise ValueError(
                f"{self.cloud} has no machine with {count} x {wanted.name}; allowed: "
                f"{', '.join(map(str, counts))} in one node"
            )
        return min(fitting, key=lambda one: (one.cpu, one.memory, one.name))


@cache
def catalog(file: Path) -> Catalog:
    """Read a cloud's table: `cloud`, `source`, and `machines`, by name.

    A row has cpu (virtual processors) and memory (GiB), and where they apply architecture,
    `gpu: [model, count]` and features of that cloud.
    """
    table: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    rows: dict[str, dict[str, Any]] = table["machines"]
    return Catalog(
        cloud=table["cloud"],
        source=table["source"],
        machines={name: _machine(name, row) for name, row in rows.items()},
    )


def _machine(name: str, row: Mapping[str, Any]) -> Machine:
    model, count = row.get("gpu", (None, 0))
    return Machine(
        name=name,
        cpu=row["cpu"],
        memory=row["memory"],
        architecture=row.get("architecture", "amd64"),
        model=model_named(model) if model else None,
        count=count,
        features={
            key: value for key, value in row.items() if key not in ("cpu", "memory", "architecture", "gpu")
        },
    )
