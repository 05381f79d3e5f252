"""What controllers have to have been seen doing, and what they may be refused, each with its reason.

In the lists `create,patch jobs.batch,pods` stands for four actions, in the words of `Event.action`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.audit_log.events import Event


class Finding(NamedTuple):
    """What an account lacks: a rule for an action, or a field that its objects have by their type."""

    account: str
    what: str


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
    """Findings that are as they should be.

    Attributes:
        account: whose they are, as a pattern of a shell.
        what: actions that are refused, or paths of fields that are dropped.
        reason: why.
    """

    account: str
    what: tuple[str, ...]
    reason: str

    @classmethod
    def read(cls, file: Path) -> "tuple[Known, ...]":
        """Read a list of them."""
        content: list[Mapping[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8")) or []
        return tuple(cls(one["account"], tuple(one["what"]), one["reason"]) for one in content)

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is one of these."""
        return fnmatchcase(finding.account, self.account) and finding.what in self.what


def not_seen(events: Iterable[Event], account: str, wanted: frozenset[str]) -> list[str]:
    """What an account has not been seen doing with success."""
    done = {event.action for event in events if event.account == account and event.code < 300}
    return sorted(wanted - done)
