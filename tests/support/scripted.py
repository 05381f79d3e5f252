"""Programs that do what a test says and write down how they were called."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Scripted:
    """A program, and the calls of it so far."""

    path: Path
    log: Path

    @property
    def calls(self) -> list[list[str]]:
        """The arguments of each call."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []


def scripted(directory: Path, name: str, body: str) -> Scripted:
    """Make an executable that runs the Python statements `body`, in which `args` are its arguments."""
    directory.mkdir(parents=True, exist_ok=True)
    path, log = directory / name, directory / f"{name}.calls"
    path.write_text(
        f"#!{sys.executable}\n"
        "import json, sys\n"
        "args = sys.argv[1:]\n"
        f"with open({str(log)!r}, 'a') as log:\n"
        "    print(json.dumps(args), file=log)\n"
        f"{body}\n"
    )
    path.chmod(0o755)
    return Scripted(path, log)
