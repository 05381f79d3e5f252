"""`python -m ci.changed`: the stacks that a change touches, as a JSON list for a workflow's matrix.

A stack's own file touches that stack, an overlay those that name it, and what every program is made of all of
them. Documentation, tests and the workflows touch none.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from typing import cast

from simulator.driver.errors import DriverError
from simulator.driver.project import Project

_EVERY = (
    "components/",
    "simulator/kubernetes/",
    "requirements/run.txt",
    "requirements/clouds.txt",
    "Pulumi.yaml",
)
_OVERLAYS = "slipway:overlays"


def touched(project: Project, stacks: Iterable[str], files: Iterable[str]) -> list[str]:
    """Those of the stacks whose preview may differ once these files have changed.

    `files` are paths from the project's folder. Raises DriverError for a stack that has no file.
    """
    changed = tuple(files)
    names = list(dict.fromkeys(stacks))
    given = {name: project.stack(name) for name in names}
    if any(_is_in_all(file) for file in changed):
        return names
    found: list[str] = []
    for name, stack in given.items():
        overlays = cast("list[str]", stack.config.get(_OVERLAYS) or [])
        own = {stack.file.relative_to(project.root).as_posix()}
        below = tuple(f"overlays/{overlay}/" for overlay in overlays)
        if any(file in own or file.startswith(below) for file in changed):
            found.append(name)
    return found


def between(project: Project, base: str) -> list[str]:
    """The files that differ from where the current commit left `base`, those that were removed too."""
    line = ["git", "diff", "--name-only", "--no-renames", "-z", f"{base}...HEAD"]
    done = subprocess.run(line, cwd=project.root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DriverError(f"what differs from {base} is not known: {done.stderr.strip()}")
    return [file for file in done.stdout.split("\0") if file]


def _is_in_all(file: str) -> bool:
    if file.startswith(_EVERY):
        return True
    folder, _, rest = file.partition("/")
    # The programs themselves, beside the stacks' and overlays' own files.
    return folder in ("stacks", "overlays") and "/" not in rest and rest.endswith(".py")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print them; return an exit status."""
    parser = argparse.ArgumentParser(prog="python -m ci.changed", description="Stacks that a change touches.")
    parser.add_argument("--base", required=True, help="commit that the change goes into")
    parser.add_argument("--among", required=True, help="stacks that are asked about, with spaces between")
    given = parser.parse_args(arguments)
    try:
        project = Project.find()
        print(json.dumps(touched(project, str(given.among).split(), between(project, str(given.base)))))
    except DriverError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
