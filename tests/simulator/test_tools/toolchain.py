"""A machine to look for tools on: a PATH, a cache, and a Go that records what it is asked to build."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

# Builds a program by writing a script. Files beside it steer it: `fail-<program>` holds what it says before
# it fails, `hold-<program>` makes it wait until that file is gone.
_GO = """#!/bin/sh
here=${0%/*}
if [ "$1" = list ]; then echo "$here/module"; exit; fi
for argument; do
    arguments="$arguments|$argument"
    if [ "$previous" = -o ]; then program=$argument; fi
    previous=$argument
done
name=${program##*/}
echo $$ > "$here/process"
echo "$name|$PWD|$CGO_ENABLED,$GOOS,$GOWORK$arguments" >> "$here/builds"
echo k8s.io/api/core/v1
while [ -e "$here/hold-$name" ]; do /bin/sleep 0.02; done
if [ -e "$here/fail-$name" ]; then /bin/cat "$here/fail-$name"; exit 1; fi
echo '#!/bin/sh' > "$program"
/bin/chmod 755 "$program"
"""


@dataclass
class Machine:
    """`path` is the only folder on PATH, `cache` the cache; `said` collects what `ensure` reports."""

    path: Path
    cache: Path
    said: list[str] = field(default_factory=list[str])

    @property
    def tools(self) -> Path:
        return self.cache / "tools"

    def install(self, name: str, prints: str, *, into: Path | None = None, status: int = 0) -> Path:
        """Put a program on PATH that prints this, whatever it is asked, and records that it was."""
        folder = into or self.path
        folder.mkdir(parents=True, exist_ok=True)
        program = folder / name
        program.write_text(f'#!/bin/sh\necho asked >> "{program}.asked"\necho "{prints}"\nexit {status}\n')
        program.chmod(0o755)
        return program

    def asked(self, program: Path) -> int:
        """How often that program was run."""
        record = Path(f"{program}.asked")
        return len(record.read_text().splitlines()) if record.exists() else 0

    def install_go(self) -> None:
        """Put the recording Go on PATH."""
        go = self.path / "go"
        go.write_text(_GO)
        go.chmod(0o755)
        for script in (
            "python/cmd/pulumi-language-python-exec",
            "python/dist/pulumi-resource-pulumi-python",
        ):
            file = self.path / "module" / script
            file.parent.mkdir(parents=True)
            file.write_text("#!/bin/sh\n")

    def fail(self, program: str, saying: str) -> None:
        (self.path / f"fail-{program}").write_text(saying)

    def hold(self, program: str) -> None:
        (self.path / f"hold-{program}").touch()

    def go_on(self, program: str) -> None:
        (self.path / f"fail-{program}").unlink(missing_ok=True)
        (self.path / f"hold-{program}").unlink(missing_ok=True)

    @property
    def builds(self) -> list[list[str]]:
        """What Go was asked to build: program, folder, CGO_ENABLED and others, and the arguments."""
        record = self.path / "builds"
        return [line.split("|") for line in record.read_text().splitlines()] if record.exists() else []

    @property
    def built(self) -> list[str]:
        return [build[0] for build in self.builds]

    @property
    def go_runs(self) -> bool:
        """Whether the Go that was started last is still there."""
        try:
            os.kill(int((self.path / "process").read_text()), 0)
        except ProcessLookupError:
            return False
        return True

    @property
    def leftovers(self) -> list[str]:
        return sorted(file.name for file in self.tools.glob(".*"))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `python -m simulator.tools` in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "simulator.tools", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"COLUMNS": "200"},
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run `python -m simulator.tools` and return exit status, output and errors."""
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=60)
        return process.returncode, output, errors
