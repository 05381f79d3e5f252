"""What a component tells the platform about itself."""

from dataclasses import dataclass, field
from typing import Literal

from .callers import Caller


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """One entry of the dashboard.

    Attributes:
        kind: where it is shown: the side menu, the quick links of the home page, or the documentation list.
        text: what the user reads.
        link: path below the dashboard's own origin, or an absolute address for documentation. In the menu
            `{ns}` stands for the namespace that the user has chosen.
        icon: name of an icon of the dashboard's icon set (menu only; one in a section has none).
        description: second line (quick links and documentation only).
        order: lower ones come first; equal ones stay in the order in which they were given.
        section: heading under which entries of the menu are folded together; empty for one of its own.
        section_icon: icon of that heading, the same in all entries of a section.
    """

    kind: Literal["menu", "quick", "documentation"]
    text: str
    link: str
    icon: str = ""
    description: str = ""
    order: int = 100
    section: str = ""
    section_icon: str = ""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What one workload asks of the cluster, all replicas together.

    Attributes:
        cpu: millicores. memory: MiB. disk: GiB of persistent volumes. gpu: devices.
    """

    cpu: int = 0
    memory: int = 0
    disk: int = 0
    gpu: int = 0

    def __add__(self, other: "Request") -> "Request":
        return Request(
            cpu=self.cpu + other.cpu,
            memory=self.memory + other.memory,
            disk=self.disk + other.disk,
            gpu=self.gpu + other.gpu,
        )


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What every component tells the platform about itself, for the outputs, the dashboard and the teams.

    Attributes:
        asks_teams: those of its pods that open connections to pods of teams.
    """

    menu: tuple[MenuItem, ...] = ()
    images: tuple[str, ...] = ()
    request: Request = field(default_factory=Request)
    namespaces: tuple[str, ...] = ("kubeflow",)
    asks_teams: tuple[Caller, ...] = ()

    def __add__(self, other: "Offer") -> "Offer":
        return Offer(
            menu=self.menu + other.menu,
            images=tuple(dict.fromkeys(self.images + other.images)),
            request=self.request + other.request,
            namespaces=tuple(dict.fromkeys(self.namespaces + other.namespaces)),
            asks_teams=self.asks_teams + other.asks_teams,
        )
