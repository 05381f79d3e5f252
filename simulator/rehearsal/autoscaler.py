"""Adds nodes for pods that find no room, as a cluster autoscaler does: from each group's least to its most.

One node at a time, and the scheduler decides whether it helped: a node that nobody took is removed again, and
its group is not tried again for pods of that kind.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from simulator.cluster import nodes
from simulator.cluster.api import Api, Object
from simulator.cluster.nodes import Pool
from simulator.rehearsal.groups import NodeGroup
from simulator.rehearsal.observation import reason
from simulator.rehearsal.pods import lack, obstacle, requests, total

ZONE_LABEL = "topology.kubernetes.io/zone"

# A pod that found no room is looked at again after 10 s at the latest (kube-scheduler, podMaxBackoffSeconds).
_TRIAL_SECONDS = 15.0
_ZERO = Decimal(0)
_NO_MATTER_OF_ROOM = ("PersistentVolumeClaim", "persistentvolumeclaim", "{node.kubernetes.io/")


@dataclass(frozen=True)
class Slot:
    """The nodes of a group in one of its zones."""

    group: NodeGroup
    zone: str

    @property
    def name(self) -> str:
        """What its nodes are called, before their number."""
        return self.group.name if len(self.group.zones) == 1 else f"{self.group.name}-{self.zone}"

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels of its nodes."""
        return {**self.group.labels, ZONE_LABEL: self.zone}

    def pool(self, count: int) -> Pool:
        """Its nodes as the simulated cluster takes them."""
        shape = {**self.group.shape, "labels": self.labels, "name": self.name, "count": count}
        return Pool.of(shape)


@dataclass(frozen=True)
class _Trial:
    """A node that was added for a pod."""

    pod: str
    kind: str
    slot: Slot
    node: str
    until: float


class Autoscaler:
    """The nodes of a rehearsal.

    Attributes:
        groups: the groups of nodes. counts: how many nodes each slot has.
    """

    def __init__(self, api: Api, groups: Sequence[NodeGroup]) -> None:
        self._api = api
        self.groups = tuple(groups)
        self.counts: dict[Slot, int] = dict(_at_least(groups))
        self._daemons: list[Object] = []
        self._since: dict[str, float] = {}
        self._futile: set[tuple[str, Slot]] = set()
        self._trial: _Trial | None = None

    def begin(self, daemons: Sequence[Object]) -> None:
        """Make the nodes that are always there; `daemons` are the DaemonSets that every node has pods of."""
        self._daemons = [one["spec"]["template"]["spec"] for one in daemons]
        self._reconcile()

    def step(self, waiting: Sequence[Object], everything: Sequence[Object]) -> bool:
        """Do the next thing for the pods that find no room; tell whether anything was or is being done."""
        if self._trial:
            return self._judge(self._trial, waiting, everything)
        for pod in waiting:
            # A pod of a DaemonSet is for the one node that it is made for.
            if _is_daemon(pod) or passes(reason(pod) or ""):
                continue
            if self._may_find_room(pod, everything):
                return True
            slots = [slot for slot in self._slots(pod) if self._count(slot.group) < slot.group.most]
            if slots:
                self._add(pod, min(slots, key=self._preference))
                return True
        return False

    def notes(self, pod: Object) -> Iterator[str]:
        """For a pod that stays Pending: of each group, why none of its nodes takes it."""
        if _is_daemon(pod) or passes(reason(pod) or ""):
            return
        asked = requests(pod["spec"])
        for group in self.groups:
            found = obstacle(pod["spec"], group.labels, group.taints) or lack(asked, self._free(group))
            full = self._count(group) >= group.most
            full_text = f"it has all of its {group.most} nodes" if full else "a further node did not help"
            yield f"{group.name} ({group.machine}): {found or full_text}"

    def nodes(self, group: NodeGroup) -> list[str]:
        """The names of a group's nodes."""
        return [
            f"{slot.name}-{index}"
            for slot, count in self.counts.items()
            if slot.group is group
            for index in range(count)
        ]

    def _may_find_room(self, pod: Object, everything: Sequence[Object]) -> bool:
        """Whether a node that is there has room, by what is known here, and the scheduler is about to see it.

        Pods that keep away from each other see more than this: after a while they get a node of their own.
        """
        since = self._since.setdefault(pod["metadata"]["uid"], time.monotonic())
        if time.monotonic() - since > _TRIAL_SECONDS:
            return False
        taken: dict[str, list[Object]] = {}
        for one in everything:
            taken.setdefault(one["spec"].get("nodeName") or "", []).append(one["spec"])
        asked = requests(pod["spec"])
        for slot in self.counts:
            if obstacle(pod["spec"], slot.labels, slot.group.taints):
                continue
            for index in range(self.counts[slot]):
                used = total(requests(spec) for spec in taken.get(f"{slot.name}-{index}", ()))
                free = {name: has - used.get(name, _ZERO) for name, has in slot.group.allocatable.items()}
                if lack(asked, free) is None:
                    return True
        return False

    def _slots(self, pod: Object) -> Iterator[Slot]:
        asked, kind = requests(pod["spec"]), _kind(pod)
        for slot in self.counts:
            if (
                (kind, slot) not in self._futile
                and obstacle(pod["spec"], slot.labels, slot.group.taints) is None
                and lack(asked, self._free(slot.group)) is None
            ):
                yield slot

    def _free(self, group: NodeGroup) -> dict[str, Decimal]:
        """What an empty node of a group has for pods that are not on every node."""
        taken = total(
            requests(spec) for spec in self._daemons if obstacle(spec, group.labels, group.taints) is None
        )
        return {name: amount - taken.get(name, _ZERO) for name, amount in group.allocatable.items()}

    def _preference(self, slot: Slot) -> tuple[bool, bool, Decimal, Decimal, int, str]:
        """Nodes without devices first, spot before its fallback, small before large; then evenly in zones."""
        free = self._free(slot.group)
        devices = bool(slot.group.shape["devices"])
        return devices, slot.group.fallback, free["cpu"], free["memory"], self.counts[slot], slot.name

    def _add(self, pod: Object, slot: Slot) -> None:
        self.counts[slot] += 1
        self._reconcile()
        node = f"{slot.name}-{self.counts[slot] - 1}"
        until = time.monotonic() + _TRIAL_SECONDS
        self._trial = _Trial(pod["metadata"]["uid"], _kind(pod), slot, node, until)

    def _judge(self, trial: _Trial, waiting: Sequence[Object], everything: Sequence[Object]) -> bool:
        still = any(pod["metadata"]["uid"] == trial.pod for pod in waiting)
        if still and time.monotonic() < trial.until:
            return True
        self._trial = None
        if still and not any(
            pod["spec"].get("nodeName") == trial.node and not _is_daemon(pod) for pod in everything
        ):
            self._futile.add((trial.kind, trial.slot))
            self.counts[trial.slot] -= 1
            self._reconcile()
        return True

    def _count(self, group: NodeGroup) -> int:
        return sum(count for slot, count in self.counts.items() if slot.group is group)

    def _reconcile(self) -> None:
        nodes.reconcile(self._api, [slot.pool(count) for slot, count in self.counts.items()])


def passes(message: str) -> bool:
    """Whether the scheduler waits for something that is no matter of room: a volume, a node's own state."""
    return any(word in message for word in _NO_MATTER_OF_ROOM)


def _at_least(groups: Sequence[NodeGroup]) -> Iterator[tuple[Slot, int]]:
    """The slots of groups with the fewest nodes, shared out evenly among zones."""
    for group in groups:
        parts = len(group.zones)
        for index, zone in enumerate(group.zones):
            yield Slot(group, zone), group.least // parts + (index < group.least % parts)


def _kind(pod: Object) -> str:
    """The same for pods that ask for the same and may be on the same nodes."""
    spec = pod["spec"]
    where = ("nodeSelector", "affinity", "tolerations", "topologySpreadConstraints")
    parts = {key: spec.get(key) for key in where}
    asked = {name: str(amount) for name, amount in sorted(requests(spec).items())}
    return json.dumps([parts, asked], sort_keys=True)


def _is_daemon(pod: Object) -> bool:
    return any(owner["kind"] == "DaemonSet" for owner in pod["metadata"].get("ownerReferences", ()))
