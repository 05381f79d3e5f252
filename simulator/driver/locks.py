"""Locks of Pulumi's file backend.

An engine that changes a stack keeps `.pulumi/locks/organization/<project>/<stack>/<id>.json` while it works,
with its process id, host and start (pulumi v3.250, pkg/backend/diy/lock.go). One that is killed leaves it.
"""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from simulator.driver import processes
from simulator.driver.errors import DriverError
from simulator.driver.home import Home


@dataclass(frozen=True)
class Lock:
    """One lock, and who holds it."""

    file: Path
    pid: int
    host: str
    user: str
    taken: datetime

    @classmethod
    def read(cls, file: Path) -> Lock | None:
        """The lock in `file`, or None where it was released meanwhile."""
        try:
            content: dict[str, Any] = json.loads(file.read_text())
            return cls(
                file=file,
                pid=int(content["pid"]),
                host=str(content["hostname"]),
                user=str(content["username"]),
                taken=_timestamp(str(content["timestamp"])),
            )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise DriverError(
                f"the lock {file} cannot be read: {error}. Make sure that nobody works on the stack, "
                "then remove that file"
            ) from error

    @property
    def is_foreign(self) -> bool:
        """Whether it was taken on another machine, where we cannot look."""
        return self.host != socket.gethostname()

    @property
    def is_dead(self) -> bool:
        """Whether its process is certainly gone."""
        return not self.is_foreign and not processes.alive_since(self.pid, self.taken.timestamp())

    def __str__(self) -> str:
        """Say who holds it since when."""
        return f"process {self.pid} of {self.user}@{self.host}, since {self.taken.astimezone():%H:%M:%S}"


def locks(home: Home) -> list[Lock]:
    """The locks of the stack."""
    folder = home.state / ".pulumi" / "locks" / home.stack.qualified_name
    found = (Lock.read(file) for file in sorted(folder.glob("*.json")))
    return [lock for lock in found if lock]


def _timestamp(text: str) -> datetime:
    """Read what Go wrote: nanoseconds, which Python's datetime has no room for, are cut off."""
    whole, dot, rest = text.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    if not dot:
        return datetime.fromisoformat(text)
    return datetime.fromisoformat(f"{whole}.{rest[:digits][:6].ljust(6, '0')}{rest[digits:]}")
