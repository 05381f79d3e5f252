"""What controllers have to have been seen doing, and what they may be refused, each with its reason.

In the lists `create,patch jobs.batch,pods` stands for four actions, in the words of `Event.action`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from tests.audit_log.events import Event


def actions(lines: Iterable[str]) -> frozenset[str]:
    """Every single action of lines of a list."""
    split = (line.split(" ") for line in lines)
    pairs = ((verb.split(","), resource.split(",")) for verb, resource in split)
    return frozenset(f"{verb} {resource}" for one in pairs for verb, resource in product(*one))


def agreed(file: Path) -> dict[str, frozenset[str]]:
    """Read a list of what each account does; one that asks for nothing has no actions."""
    content: Mapping[str, Sequence[str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {account: actions(lines) for account, lines in content.items()}


@dataclass(frozen=True)
class Known:
    """A finding that is known.

    Attributes:
        account: whose it is.
        what: an action that is refused, or the path of a field that is dropped.
        reason: why it is as it should be.
    """

    account: str
    what: str
    reason: str

    @classmethod
    def read(cls, file: Path) -> "list[Known]":
        """Read a list of them."""
        content: list[Mapping[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8")) or []
        return [cls(**one) for one in content]


def not_seen(events: Iterable[Event], account: str, wanted: frozenset[str]) -> list[str]:
    """What an account has not been seen doing with success."""
    done = {event.action for event in events if event.account == account and event.code < 300}
    return sorted(wanted - done)
