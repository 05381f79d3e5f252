"""The node's own view of the machine's files: nothing that runs on it leaves a trace in /run or /var."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

# Where container runtimes and kubelets keep state under fixed names; and where another one's would be met.
_HIDDEN = ("/run", "/var/lib", "/var/log")


def hide(kept: Iterable[Path]) -> None:
    """Put empty folders in memory in place of the machine's, but for the `kept` ones in them.

    Only in the caller's mount namespace.
    """
    for hidden in _HIDDEN:
        real = Path(hidden).resolve()
        inside = sorted({path.resolve() for path in kept if path.resolve().is_relative_to(real)})
        held = {path: os.open(path, os.O_PATH) for path in inside}
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(real)], check=True)
        for path, descriptor in held.items():
            path.mkdir(parents=True, exist_ok=True)
            bind(Path(f"/proc/self/fd/{descriptor}"), path, descriptor)
            os.close(descriptor)


def bind(source: Path, target: Path, descriptor: int | None = None) -> None:
    """Let `target` show what `source` holds; `descriptor` is one that `source` leads through."""
    passed = () if descriptor is None else (descriptor,)
    subprocess.run(["mount", "--rbind", str(source), str(target)], check=True, pass_fds=passed)
