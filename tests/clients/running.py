"""Runs the programs in a client's environment, and shows how they ended."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAMS = Path(__file__).with_name("programs")


@dataclass(frozen=True)
class Ran:
    """How a program ended: its exit status, what it printed, and what it told on stderr."""

    status: int
    printed: str
    told: str

    @property
    def answer(self) -> dict[str, Any]:
        """What it printed, read as JSON; it has to have ended well."""
        assert self.status == 0, self.told
        return json.loads(self.printed)

    @property
    def refusal(self) -> str:
        """The traceback with which it ended."""
        assert self.status != 0, self.printed
        return self.told


def run(folder: Path, *command: Path | str) -> Ran:
    """Run a command in a folder: its home, where `kubeconfig` says which cluster it finds, and as whom."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={"HOME": str(folder), "PATH": os.defpath, "KUBECONFIG": str(folder / "kubeconfig")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
