"""`python -m simulator <command>`: what the targets of the Makefile call."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from simulator.cluster import ClusterError
from simulator.driver import down, environment, up
from simulator.driver.engine import INTERRUPTED
from simulator.driver.errors import DriverError
from simulator.driver.session import Session, say
from simulator.tools import ToolError


def _rehearse(name: str, options: Sequence[str]) -> int:
    # It needs the components, which the other commands do not load.
    from simulator.rehearsal.rehearse import rehearse  # noqa: PLC0415

    return rehearse(name, options)


def _explain(name: str, options: Sequence[str]) -> int:
    from simulator.driver.explain import explain  # noqa: PLC0415 # loads the components, as above

    return explain(name, options)


_ENGINE: dict[str, tuple[Callable[[str, Sequence[str]], int], str]] = {
    "up": (up.up, "create or update the stack, recovering first from a run that was interrupted"),
    "preview": (up.preview, "show what `up` would change"),
    "refresh": (up.refresh, "read the state of every object from the cluster"),
    "down": (down.down, "remove the stack with everything that belongs to it"),
    "explain": (_explain, "show every setting of the stack, and where its value comes from"),
    "rehearse": (_rehearse, "run the stack's platform on simulated nodes; tell what finds no room"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    parser = _parser()
    given, options = parser.parse_known_args(arguments)
    command, stack = str(given.command), str(given.stack)
    if options and command not in _ENGINE:
        parser.error(f"unknown arguments: {' '.join(options)}")
    try:
        return _ENGINE[command][0](stack, options) if command in _ENGINE else _PLAIN[command][0](stack)
    except (DriverError, ClusterError, ToolError) as error:
        say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        say("interrupted: run it again to go on")
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="Brings Slipway's stacks up and down. Options that `up`, `preview`, `refresh` and `down` "
        "do not know themselves are handed to `pulumi`; `rehearse` takes "
        "--json, `explain` keys, --set and --json.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--stack", default="local", help="name of the stack; local unless said")
    for name, (_, text) in {**_ENGINE, **_PLAIN}.items():
        commands.add_parser(name, help=text, description=text, parents=[shared])
    return parser


def _env(name: str) -> int:
    """Print what a shell needs for plain `pulumi` on the stack."""
    session = Session.of(name)
    session.open()
    chosen = session.plugin(session.glance())
    lines, remarks = environment.exports(session.stack, session.home, session.tools.directory, chosen)
    print("\n".join(lines))
    for remark in remarks:
        say(f"warning: {remark}")
    return 0


_PLAIN: dict[str, tuple[Callable[[str], int], str]] = {
    "env": (_env, "print what a shell needs for plain `pulumi` and `kubectl`"),
    "check": (down.check, "count what is left of the stack: objects, processes, ports, files"),
    "status": (up.status, "show the stack's components, nodes and GPUs"),
}
