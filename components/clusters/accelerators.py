"""NVIDIA's accelerators as data: memory, and the partitions that Multi-Instance GPU (MIG) makes of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("accelerators.yaml")


@dataclass(frozen=True, kw_only=True)
class AcceleratorModel:
    """One model.

    Attributes:
        name: as the vendor names it: NVIDIA H100 80GB HBM3.
        short: what people write for it: H100.
        memory: GiB of one device, as sold.
        mig: into how many partitions of each MIG profile one device can be cut; empty without MIG.
    """

    name: str
    short: str
    memory: int
    mig: Mapping[str, int] = field(default_factory=dict[str, int])


@cache
def models() -> Mapping[str, AcceleratorModel]:
    """Every known model by its name."""
    table: dict[str, dict[str, Any]] = yaml.load(_FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return {name: AcceleratorModel(name=name, **row) for name, row in table.items()}


def model_named(text: str) -> AcceleratorModel:
    """Return the model of that name, long or short, in upper or lower case.

    Raises ValueError, which lists the models there are.
    """
    wanted = text.casefold()
    for model in models().values():
        if wanted in (model.name.casefold(), model.short.casefold()):
            return model
    allowed = ", ".join(sorted(model.short for model in models().values()))
    raise ValueError(f"'{text}' is not an accelerator that is known here; allowed: {allowed}")
