"""The stacks of pull requests as Pulumi's backend lists them, whatever became of the run that made them."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.driver.errors import DriverError
from simulator.driver.session import Session

_NAME = re.compile(r"pr-([1-9][0-9]*)-(.+)")


@dataclass(frozen=True)
class Ephemeral:
    """The stack of a pull request, made from the file of the stack `base`."""

    pull: int
    base: str

    @property
    def name(self) -> str:
        """Its name, which says both."""
        return f"pr-{self.pull}-{self.base}"

    @classmethod
    def named(cls, name: str) -> "Ephemeral | None":
        """The one of that name; None for the name of any other stack."""
        found = _NAME.fullmatch(name)
        return cls(int(found[1]), found[2]) if found else None


@dataclass(frozen=True)
class Listed:
    """One that the backend has: when it was last changed, if ever."""

    stack: Ephemeral
    changed: datetime | None


def listed(base: str) -> list[Listed]:
    """All stacks of pull requests in the backend where the stack `base` has its state.

    Raises DriverError where the backend does not answer.
    """
    session = Session.of(base)
    session.open()
    found: list[Listed] = []
    answer: list[dict[str, Any]] = json.loads(session.engine.ask("stack ls", "--json"))
    for one in answer:
        # Pulumi Cloud puts the organization before the name.
        stack = Ephemeral.named(str(one["name"]).rpartition("/")[2])
        if stack:
            last = one.get("lastUpdate")
            changed = datetime.fromisoformat(last) if last else None
            found.append(Listed(stack, changed))
    return sorted(found, key=lambda known: known.stack.name)


def create(stack: Ephemeral, secrets_provider: str | None) -> None:
    """Have the backend know a stack that is not local; the driver makes local ones itself.

    `secrets_provider` protects its secrets, as `pulumi stack init` takes it; the backend's own unless said.
    """
    session = Session.of(stack.name)
    if session.stack.is_local or stack in {known.stack for known in listed(stack.base)}:
        return
    session.open()
    session.engine.ask("stack init", *(["--secrets-provider", secrets_provider] if secrets_provider else []))


def release(stack: Ephemeral) -> None:
    """Take away the lock of a run that was killed, where the stack has one.

    Only for a stack on which no run may work any more: its pull request is closed, or its state is old, which
    that of a live run never is.
    """
    session = Session.of(stack.name)
    if session.stack.is_local:
        return
    try:
        session.engine.ask("cancel", "--yes")
    except DriverError as error:
        print(f"no lock was taken away: {error}")
