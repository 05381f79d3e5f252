"""What there is in an account of the clouds that are answered for, and what became of it.

Each line of the journal says what was done with one resource. Several plugin processes write it, each line
whole; tests read from it what is alive and in which order things came and went.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock

ROOT = "TEST_CLOUDS"
"""The environment variable that names the folder of the accounts."""


@dataclass(frozen=True)
class Entry:
    """One thing done: `create`, `update` or `delete`, with the resource as it was then.

    `remarks` say what stood in the way and was not prevented by the order of the deletions.
    """

    done: str
    token: str
    urn: str
    id: str
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    remarks: Sequence[str] = ()

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True)
class Account:
    """The accounts of all clouds, kept in one folder."""

    root: Path

    @property
    def journal(self) -> Path:
        """All that was done, one JSON object a line."""
        return self.root / "journal.jsonl"

    @property
    def clusters(self) -> Path:
        """The folder of the simulated clusters."""
        return self.root / "clusters"

    def lock(self, name: str) -> FileLock:
        """A lock that plugin processes share."""
        self.root.mkdir(parents=True, exist_ok=True)
        return FileLock(self.root / f"{name}.lock")

    def write(self, entry: Entry) -> None:
        """Note what was done."""
        with self.lock("journal"), self.journal.open("a") as file:
            file.write(json.dumps(asdict(entry)) + "\n")

    def history(self) -> list[Entry]:
        """All that was done, oldest first."""
        if not self.journal.exists():
            return []
        with self.lock("journal"):
            lines = self.journal.read_text().splitlines()
        found: list[dict[str, Any]] = [json.loads(line) for line in lines]
        return [Entry(**one) for one in found]

    def alive(self) -> list[Entry]:
        """What there is, oldest first."""
        found: dict[tuple[str, str], Entry] = {}
        for entry in self.history():
            key = (entry.token, entry.id)
            if entry.done == "delete":
                found.pop(key, None)
            else:
                found[key] = entry
        return list(found.values())

    def of(self, *tokens: str) -> list[Entry]:
        """What there is of these types."""
        return [entry for entry in self.alive() if entry.token in tokens]

    def order(self, done: str) -> list[str]:
        """The type tokens of what was created or deleted, in that order."""
        return [entry.token for entry in self.history() if entry.done == done]

    def remarks(self) -> list[str]:
        """What was done too early."""
        return [remark for entry in self.history() for remark in entry.remarks]

    def users(self, entry: Entry) -> Iterable[Entry]:
        """What there is that names a resource in its inputs."""
        names = {entry.id, str(entry.outputs.get("arn")), str(entry.outputs.get("selfLink"))}
        # A name that was given may be that of anything.
        names -= {"None", "", *map(str, entry.inputs.values())}
        needles = [json.dumps(name) for name in names]
        for other in self.alive():
            text = json.dumps(other.inputs)
            if other.urn != entry.urn and any(needle in text for needle in needles):
                yield other
