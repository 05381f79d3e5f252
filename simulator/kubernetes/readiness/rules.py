"""What it means for an object to be ready: a judgement on what is there now, without memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from simulator.kubernetes.values.objects import Type, metadata, pluck
from simulator.kubernetes.values.wire import Object

__all__ = ["Judge", "Related", "Rule", "Verdict", "observed"]

DEFAULT_SECONDS = 600.0


@dataclass(frozen=True)
class Verdict:
    """Whether an object is ready, and if not, why.

    `failed` means that waiting is in vain. `tolerable` means good enough once the time is up. `progress` is
    shown while waiting.
    """

    ready: bool = False
    reasons: list[str] = field(default_factory=list[str])
    failed: bool = False
    tolerable: bool = False
    progress: str = ""


class Related(Protocol):
    """The objects around the one that is waited for."""

    def owned_by(self, kind: Type, uid: object) -> list[Object]:
        """Return the objects of a related type that name an owner of this uid."""
        ...

    def named(self, kind: Type, name: str) -> Object | None:
        """Return the object of a related type that has this name."""
        ...


Judge = Callable[[Object, Related], Verdict]


@dataclass(frozen=True)
class Rule:
    """How objects of a kind are judged, and which others, in the same namespace, have to be known for it.

    A ready verdict must hold for `settle` seconds. `seconds` is how long is waited unless the object or the
    program says otherwise.
    """

    judge: Judge
    related: tuple[Type, ...] = ()
    settle: float = 0.0
    seconds: float = DEFAULT_SECONDS


def observed(live: Object) -> bool:
    """Tell whether the controller has seen the object as it is now."""
    generation = metadata(live).get("generation")
    seen = pluck(live, "status", "observedGeneration")
    return isinstance(seen, int) and (not isinstance(generation, int) or seen >= generation)
