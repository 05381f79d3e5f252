"""`python -m ci.ephemeral`: stacks that live as long as a pull request, and their removal.

    python -m ci.ephemeral name  --pull 12 --base aws-dev
    python -m ci.ephemeral up    --pull 12 --base aws-dev
    python -m ci.ephemeral down  --pull 12 --base aws-dev
    python -m ci.ephemeral sweep --base aws-dev --hours 24

A stack's name says to which pull request it belongs, and from which stack's file it was made. The backend's
own list of stacks is all that the sweep needs, whatever a run that was cancelled has left.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, cast

from ci.backend import Ephemeral, Listed, create, listed, release
from ci.github import GitHub, GitHubError
from ci.stackfile import derive
from simulator.driver.errors import DriverError
from simulator.driver.project import Project

_TRIES = 3
_CLOUDS = ("aws", "gcp", "azure")
_TAG = "slipway-ephemeral"


def up(stack: Ephemeral) -> None:
    """Create or update the stack of a pull request.

    Raises DriverError where its removal would be refused, and where it does not come up.
    """
    _refuse_protected(stack.base)
    derive(stack.name, stack.base, tags={_TAG: f"pr-{stack.pull}"})
    create(stack, os.environ.get("SLIPWAY_SECRETS_PROVIDER"))
    if _simulator("up", stack):
        raise DriverError(f"stack '{stack.name}' is not up, see above")


def down(stack: Ephemeral, *, pause: float) -> None:
    """Remove a stack with everything in it; one that is not there is removed already.

    What fails is tried again after `pause` seconds, twice. Raises DriverError where something is left.
    """
    if stack not in {known.stack for known in listed(stack.base)}:
        Project.find().stack(stack.base).file.with_name(f"Pulumi.{stack.name}.yaml").unlink(missing_ok=True)
        print(f"stack '{stack.name}' is not there")
        return
    file = derive(stack.name, stack.base, tags={_TAG: f"pr-{stack.pull}"})
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(pause)
            release(stack)
        if not _simulator("down", stack):
            file.unlink(missing_ok=True)
            return
    raise DriverError(f"stack '{stack.name}' is not removed after {_TRIES} tries, see above")


def sweep(
    base: str, hours: float, state: Callable[[int], Literal["open", "closed"]], pause: float
) -> list[str]:
    """Remove each stack whose time is over, and return what went wrong; one that fails holds up no other.

    `state` says whether a pull request is open. Raises DriverError where the backend does not answer.
    """
    problems: list[str] = []
    now = datetime.now(UTC)
    for known in listed(base):
        try:
            reason = over(known, now, timedelta(hours=hours)) or _closed(known, state)
            print(f"stack '{known.stack.name}' {f'is removed: {reason}' if reason else 'stays'}", flush=True)
            if reason:
                down(known.stack, pause=pause)
        except (DriverError, GitHubError) as error:
            problems.append(f"stack '{known.stack.name}': {error}")
    return problems


def over(known: Listed, now: datetime, most: timedelta) -> str | None:
    """Why a stack's time is over by its age alone; None where it is not."""
    if known.changed is None:
        # It holds nothing yet, and the run that is about to bring it up may have made it just now.
        return None
    age = now - known.changed
    return f"it was last changed {age.total_seconds() / 3600:.0f} hours ago" if age >= most else None


def _closed(known: Listed, state: Callable[[int], Literal["open", "closed"]]) -> str | None:
    pull = known.stack.pull
    return f"pull request {pull} is closed" if state(pull) == "closed" else None


def _refuse_protected(base: str) -> None:
    """Refuse a base from which only stacks can be made that nobody can remove."""
    stack = Project.find().stack(base)
    if Ephemeral.named(base):
        raise DriverError(
            f"'{base}' is itself the stack of a pull request: name the stack that it was made of"
        )
    cluster = cast("Mapping[str, object]", stack.config.get("slipway:cluster") or {})
    if stack.provider in _CLOUDS and cluster.get("deletionProtection") is not False:
        raise DriverError(
            f"stack '{base}' is protected from deletion, and so would be those made of it: name a stack with "
            "`deletionProtection: false`"
        )


def _simulator(command: str, stack: Ephemeral) -> int:
    line = [sys.executable, "-m", "simulator", command, "--stack", stack.name]
    return subprocess.run(line, check=False, stdin=subprocess.DEVNULL).returncode


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return an exit status."""
    given = _parser().parse_args(arguments)
    try:
        if given.command == "sweep":
            problems = sweep(str(given.base), float(given.hours), GitHub.of().state, float(given.pause))
            # Two colons make an annotation of a line on the page of the run.
            print("".join(f"::error::{problem}\n" for problem in problems), end="")
            return 1 if problems else 0
        stack = Ephemeral(int(given.pull), str(given.base))
        if given.command == "name":
            print(stack.name)
        elif given.command == "up":
            up(stack)
        else:
            down(stack, pause=float(given.pause))
    except (DriverError, GitHubError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ci.ephemeral", description="Stacks of pull requests.")
    parser.add_argument("command", choices=("name", "up", "down", "sweep"))
    parser.add_argument("--base", required=True, help="stack from whose file they are made")
    parser.add_argument("--pull", type=int, default=0, help="number of the pull request")
    parser.add_argument(
        "--hours", type=float, default=24, help="the most that a stack stays without a change"
    )
    parser.add_argument("--pause", type=float, default=30, help="seconds before a removal is tried again")
    return parser


if __name__ == "__main__":
    sys.exit(main())
