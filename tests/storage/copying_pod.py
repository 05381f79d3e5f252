"""What a pod that copies or restores has, as folders of this machine."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from components.storage.server import script
from tests.support import rclone


class Pod:
    """A folder with what a pod of a Job has: programs, work, users; and the buckets that it reaches."""

    def __init__(self, folder: Path) -> None:
        self.programs, self.work, self.users = folder / "bin", folder / "work", folder / "users"
        self.buckets, self.log = folder / "buckets", folder / "log"
        self.copies = self.buckets / "target" / "copies" / "db"
        self.bucket = self.buckets / "source" / "things"
        for one in (self.programs, self.work, self.users, self.bucket):
            one.mkdir(parents=True)
        self.log.touch()
        self.program("rclone", f'exec {sys.executable} {rclone.__file__} "$@"')

    def program(self, name: str, text: str) -> None:
        file = self.programs / name
        file.write_text(f"#!/bin/bash\n{text}\n")
        file.chmod(0o755)

    def user(self, name: str) -> None:
        folder = self.users / name
        folder.mkdir()
        (folder / "user").write_text(name)
        (folder / "password").write_text(f"password-of-{name}")

    def run(self, name: str, shell: str = "sh", **told: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "BUCKETS": str(self.buckets),
            "LOG": str(self.log),
            "TARGET": "target:copies",
            "SOURCE": "source:things",
            "SERVER": "db",
            "WORK": str(self.work),
            "USERS": str(self.users),
            "HOST": "db.kubeflow",
            "PORT": "1",
            "KEEP_DAYS": "14",
        }
        return subprocess.run(
            [shell, "-c", script(f"backup/{name}")],
            env={**environment, **told},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def copied(self, name: str, text: str = "rows", *, whole: bool = True) -> None:
        """Put a copy among the others."""
        folder = self.copies / name
        folder.mkdir(parents=True)
        (folder / "orders.dump").write_text(text)
        if whole:
            sum_ = sha256(text.encode()).hexdigest()
            (folder / "SHA256SUMS").write_text(f"{sum_}  ./orders.dump\n")

    def names(self) -> list[str]:
        return sorted(one.name for one in self.copies.iterdir())
