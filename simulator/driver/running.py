"""Which programs run on a live cluster, as the summary shows it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.driver import checkpoint as state
from simulator.driver.checkpoint import Deployment
from simulator.programs import Image, images

_TYPE = "pulumi-python:dynamic/slipway:SimulatedPrograms"


@dataclass(frozen=True)
class Running:
    """The images of a stack whose programs run, by project of the table, and how many others it has."""

    projects: dict[str, list[Image]]
    simulated: int

    @classmethod
    def of(cls, deployment: Deployment, deployed: Collection[str]) -> Running | None:
        """Read from the state what runs of the images that are deployed; None where nothing does."""
        there = next((one for one in state.resources(deployment) if one["type"] == _TYPE), None)
        if there is None:
            return None
        told: list[str] = there["inputs"]["projects"]
        found = {
            project: [image for name, image in images([project]).items() if name in deployed]
            for project in told
        }
        count = sum(len(some) for some in found.values())
        return cls({project: some for project, some in found.items() if some}, len(deployed) - count)

    def show(self, console: Console) -> None:
        """Print it."""
        table = Table(
            *("live", "images", "runs in place of what is deployed"),
            box=None,
            pad_edge=False,
            padding=(0, 3, 0, 0),
            header_style="dim",
        )
        for project, some in self.projects.items():
            others = [f"{_short(one.image)}: {one.version}" for one in some if one.differs]
            table.add_row(project, str(len(some)), Text("\n".join(others)))
        console.print()
        console.print(table)
        console.print(Text(f"Other images, whose pods are simulated: {self.simulated}", style="dim"))


def _short(image: str) -> str:
    return image.rsplit("/", 1)[-1]
