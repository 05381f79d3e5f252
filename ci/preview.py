"""`python -m ci.preview`: what a change does to a stack, without a value of it.

    python -m ci.preview --stack local --base <commit> --into previews/local.json

A stack with a simulated cluster has no state on a build's machine: it is brought up first as the base has it,
in a folder of its own that is removed again, and the preview says what the change does to that. Any other
stack is previewed against the state that it has.

Of the engine's answer only kinds, names and the paths of fields that differ are kept: values may be secret,
and a comment is read by everybody.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from simulator.driver.errors import DriverError
from simulator.driver.project import Project, Stack

_QUIET = ("same", "read", "discard-replaced", "remove-pending-replace", "refresh")
# One replacement is told in three steps.
_HALVES = ("create-replacement", "delete-replaced")


@dataclass(frozen=True)
class Step:
    """A resource that would change: the operation, its type and name, the paths of fields that differ."""

    op: str
    type: str
    name: str
    paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preview:
    """What `up` would do to a stack. `failed` where the engine refused; its words stay in the build's log."""

    stack: str
    steps: tuple[Step, ...]
    same: int
    failed: bool

    @classmethod
    def read(cls, file: Path) -> "Preview":
        """The one that a file holds."""
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        told: list[dict[str, Any]] = content.pop("steps")
        steps = tuple(Step(one["op"], one["type"], one["name"], tuple(one["paths"])) for one in told)
        return cls(**content, steps=steps)

    def write(self, file: Path) -> None:
        """Keep it in a file."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


def reduced(stack: str, answer: Mapping[str, Any], *, failed: bool) -> Preview:
    """What is kept of `pulumi preview --json` (pulumi v3.250, pkg/backend/display/json.go, previewDigest)."""
    steps: list[dict[str, Any]] = answer.get("steps") or []
    counted: dict[str, int] = answer.get("changeSummary") or {}
    return Preview(stack, tuple(_steps(steps)), counted.get("same", 0), failed)


def _steps(steps: Sequence[Mapping[str, Any]]) -> Iterator[Step]:
    for one in steps:
        op, urn = str(one["op"]), str(one["urn"])
        if op in _QUIET or op in _HALVES:
            continue
        differing: dict[str, Any] = one.get("detailedDiff") or {}
        reasons: list[str] = one.get("diffReasons") or []
        # <urn:pulumi:stack::project::types of parents$type::name>; the name may hold colons.
        _, _, types, name = urn.split("::", 3)
        yield Step(op, types.rpartition("$")[2], name, tuple(sorted({*differing, *reasons})))


def preview(project: Project, stack: str, base: str) -> Preview:
    """What the change since `base` does to a stack; the engine's own words go to stderr.

    Raises DriverError where the base cannot be brought up.
    """
    known = project.stack(stack)
    if known.provider != "simulated":
        return _ask(known, os.environ)
    with tempfile.TemporaryDirectory(prefix="slipway-preview-") as folder:
        environment = {**os.environ, "SLIPWAY_HOME": f"{folder}/home"}
        salted = known.file.read_text(encoding="utf-8")
        with _checked_out(project, base, Path(folder) / "base") as before:
            new = not (before / known.file.relative_to(project.root)).exists()
            try:
                if not new and _simulator(before, environment, "up", "--stack", stack):
                    raise DriverError(f"stack '{stack}' cannot be brought up as {base} has it, see above")
                return _ask(known, environment)
            finally:
                _simulator(project.root, environment, "down", "--stack", stack)
                # The engine has written a salt into it.
                known.file.write_text(salted, encoding="utf-8")


@contextmanager
def _checked_out(project: Project, commit: str, folder: Path) -> Generator[Path]:
    """A commit's tree in a folder."""
    _git(project.root, "worktree", "add", "--detach", "--quiet", str(folder), commit)
    try:
        yield folder
    finally:
        with suppress(DriverError):
            _git(project.root, "worktree", "remove", "--force", str(folder))


def _git(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DriverError(f"git {arguments[0]}: {done.stderr.strip()}")


def _simulator(folder: Path, environment: Mapping[str, str], *arguments: str) -> int:
    """Run a command of the driver as the tree in `folder` has it."""
    line = [sys.executable, "-m", "simulator", *arguments]
    own = _of_tree(folder, environment)
    return subprocess.run(line, cwd=folder, env=own, stdout=sys.stderr, check=False).returncode


def _of_tree(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment in which Python takes a tree's own modules before the installed ones."""
    path = [str(folder), *filter(None, [environment.get("PYTHONPATH")])]
    return {**environment, "PYTHONPATH": os.pathsep.join(path)}


def _ask(stack: Stack, environment: Mapping[str, str]) -> Preview:
    """`pulumi preview --json`."""
    folder, name = stack.project.root, stack.name
    driver = f'"{sys.executable}" -m simulator env --stack "$0"'
    made = f'pulumi stack select "$0" {"--create" if stack.is_local else ""} --non-interactive >&2'
    line = f'exports="$({driver})"; eval "$exports"; {made}; exec pulumi preview --json --non-interactive'
    done = subprocess.run(
        ["sh", "-euc", line, name],
        cwd=folder,
        env=_of_tree(folder, environment),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        answer = {}
    told: list[dict[str, Any]] = answer.get("diagnostics") or []
    for one in told:
        if one.get("severity") == "error":
            print(one.get("message", ""), file=sys.stderr)
    return reduced(name, answer, failed=done.returncode != 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write one preview; return an exit status, 1 where the engine refused."""
    parser = argparse.ArgumentParser(
        prog="python -m ci.preview", description="What a change does to a stack."
    )
    parser.add_argument("--stack", required=True)
    parser.add_argument("--base", required=True, help="commit that the change goes into")
    parser.add_argument("--into", required=True, type=Path, help="file that it is written to")
    given = parser.parse_args(arguments)
    try:
        found = preview(Project.find(), str(given.stack), str(given.base))
    except DriverError as error:
        print(f"error: {error}", file=sys.stderr)
        found = Preview(str(given.stack), (), 0, failed=True)
    found.write(given.into)
    return 1 if found.failed else 0


if __name__ == "__main__":
    sys.exit(main())
