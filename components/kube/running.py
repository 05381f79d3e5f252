"""How all programs of a platform run: spread over zones, drained one by one, before others, behind a proxy.

A platform says with `running` what holds for all that it declares; without it, nothing of this does.
"""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import pulumi
from pulumi_kubernetes.core.v1 import TopologySpreadConstraintArgsDict
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget
from pydantic import Field

from ..settings_base import Settings
from .architectures import Architecture, lacking
from .scope import Scope

_TOPOLOGIES = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")


class AvailabilitySettings(Settings):
    """What keeps programs of the platform up while nodes are drained, zones fail, or room is scarce."""

    disruption_budgets: bool = Field(
        default=False,
        description="Whether pods of programs that have several are drained one at a time "
        "(PodDisruptionBudget). A program of one pod has none: no node under it could be drained.",
    )
    spread: bool = Field(
        default=False,
        description="Whether pods of one program go to different zones and nodes as far as there are some.",
    )
    priority: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000,
        description="Value of the PriorityClass of the platform's pods: where room is scarce they are placed "
        "before pods of a lower one, and take their place. People's pods have 0 unless they say otherwise.",
    )


@dataclass(frozen=True, kw_only=True)
class Running:
    """How programs run.

    Attributes:
        disruption_budgets, spread: as in AvailabilitySettings.
        priority_class: name of the class of pods that say nothing of their own; None: the cluster's default.
        architecture: processors of the nodes that programs run on; None: any.
        problems: what cannot run so, each as one sentence, once it is declared.
        environment: variables of every container, unless the program has one of that name itself.
    """

    disruption_budgets: bool = False
    spread: bool = False
    priority_class: pulumi.Input[str] | None = None
    architecture: Architecture | None = None
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    problems: list[str] = field(default_factory=list[str], compare=False)

    def refuse(self, component: str, images: Iterable[str]) -> None:
        """Note the images of a component that are not built for the architecture."""
        for image in images if self.architecture else ():
            if self.architecture and (source := lacking(image, self.architecture)):
                self.problems.append(
                    f"slipway:architecture: found '{self.architecture}', for which there is no '{image}' of "
                    f"{component} ({source}); allowed: the component off, or an image of your own by the "
                    "program's setting `image`"
                )


_running: ContextVar[Running | None] = ContextVar("running", default=None)
_PLAIN = Running()


@contextmanager
def running(how: Running) -> Generator[Running]:
    """Have all programs that are declared meanwhile run so."""
    before = _running.set(how)
    try:
        yield how
    finally:
        _running.reset(before)


def current() -> Running:
    """How programs run here."""
    return _running.get() or _PLAIN


def spread(selector: Mapping[str, str], replicas: int) -> list[TopologySpreadConstraintArgsDict]:
    """Constraints of the pods of a program: over zones and over nodes, where there is room to choose.

    They are wishes: in a cluster of one zone, or with a zone gone, all pods start all the same. Each rollout
    counts its own pods alone (`matchLabelKeys`), or the new ones would keep away from the old.
    """
    if replicas < 2 or not current().spread:
        return []
    return [
        {
            "max_skew": 1,
            "topology_key": key,
            "when_unsatisfiable": "ScheduleAnyway",
            "label_selector": {"match_labels": dict(selector)},
            "match_label_keys": ["pod-template-hash"],
        }
        for key in _TOPOLOGIES
    ]


def disruption_budget(
    scope: Scope, name: str, *, app: str, selector: Mapping[str, str], replicas: int, always: bool
) -> None:
    """Have nodes drained one pod at a time, where there are several; `always`: whatever the platform says."""
    if replicas > 1 and (always or current().disruption_budgets):
        PodDisruptionBudget(
            scope.unique(name),
            metadata=scope.metadata(name, app=app),
            spec={"max_unavailable": 1, "selector": {"match_labels": dict(selector)}},
            opts=scope.options(),
        )
