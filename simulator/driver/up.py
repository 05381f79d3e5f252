"""`up`, `preview` and `refresh`: recover, run the engine, say what there is."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from simulator.driver import checkpoint as state
from simulator.driver import environment, recovery
from simulator.driver.engine import Engine
from simulator.driver.errors import DriverError
from simulator.driver.record import Run
from simulator.driver.running import Running
from simulator.driver.session import Session, say
from simulator.driver.summary import Summary

_PLAIN_WIDTH = 80


def up(name: str, options: Sequence[str]) -> int:
    """Create or update the stack; return the engine's exit status."""
    session = Session.of(name)
    begun = time.monotonic()
    environment.require_login(session.stack)
    with session.run("up") as run:
        engine = _recovered(session, rebuild=True)
        if session.stack.is_local and not session.checkpoint.exists:
            engine.ask("stack init", "--secrets-provider", "passphrase")
        if session.stack.is_local and not recovery.has_cluster(session.checkpoint.read()):
            engine = engine.without_checkpoints()
        run.status = engine.show("up", "--yes", "--skip-preview", "--suppress-outputs", *options)
        if run.status == 0:
            heading = f"Stack '{name}' is up, after {time.monotonic() - begun:.0f} s"
            try:
                _summarize(session, engine, heading)
            except DriverError as error:
                say(f"{heading}; no summary: {error}")
    if run.status:
        say(f"error: stack '{name}' is not up, see above. {session.make('up')} goes on from here")
    return run.status


def preview(name: str, options: Sequence[str]) -> int:
    """Show what `up` would change; return the engine's exit status."""
    session = Session.of(name)
    if session.stack.is_local and session.is_busy():
        say(f"stack '{name}' is in use: this is a preview against what its run has saved so far")
        session.open()
        return session.equipped(session.glance()).show("preview", *options)
    with session.run("preview") as run:
        engine = _recovered(session, rebuild=False)
        if session.stack.is_local and not session.checkpoint.exists:
            engine.ask("stack init", "--secrets-provider", "passphrase")
        run.status = engine.show("preview", *options)
    return run.status


def refresh(name: str, options: Sequence[str]) -> int:
    """Read the state of every object from the cluster; return the engine's exit status."""
    session = Session.of(name)
    with session.run("refresh") as run:
        engine = _recovered(session, rebuild=False)
        _require_state(session)
        run.status = engine.show("refresh", "--yes", "--skip-preview", "--suppress-outputs", *options)
    return run.status


def status(name: str) -> int:
    """Show the stack's components, nodes and GPUs; return 1 where a workload is not available."""
    session = Session.of(name)
    session.open()
    _require_state(session)
    last = Run.last(session.home.record)
    heading = f"Stack '{name}'" + (f": {last}" if last else "")
    return 0 if _summarize(session, session.engine, heading, following=False).is_available else 1


def _recovered(session: Session, *, rebuild: bool) -> Engine:
    """The engine, once the state and the cluster are as it needs them."""
    deployment = session.deployment()
    engine = session.equipped(deployment)
    session.obtain_programs()
    if session.stack.is_local and not recovery.revive(
        session.home, deployment, session.tools.path("kubectl"), say
    ):
        if not rebuild:
            raise DriverError(
                f"the simulated cluster of stack '{session.stack.name}' is gone, with its data: "
                f"{session.home.cluster}. {session.make('up')} makes it anew"
            )
        say("the simulated cluster is gone, with its data: it is made anew, and all that was in it")
        engine.without_checkpoints().ask("destroy", "--yes", "--skip-preview", "--suppress-outputs")
        deployment = session.deployment()
    if session.stack.is_local and rebuild:
        recovery.begin_anew(session.home, deployment, say)
    recovery.settle(engine, deployment, say)
    return engine


def _require_state(session: Session) -> None:
    if session.stack.is_local and not session.checkpoint.exists:
        raise DriverError(f"stack '{session.stack.name}' is not up: run {session.make('up')} first")


def _summarize(session: Session, engine: Engine, heading: str, *, following: bool = True) -> Summary:
    """Print what the cluster holds, and what to do next."""
    local = session.stack.is_local and session.home.kubeconfig.is_file()
    outputs = (
        state.outputs(session.checkpoint.read())
        if local
        else engine.ask_json("stack output", "--json", "--show-secrets")
    )
    kubectl = session.tools.path("kubectl")
    with _kubeconfig(session, outputs) as kubeconfig:
        summary = Summary.of(kubectl, kubeconfig, list(outputs.get("components") or {}))
    console = Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH, highlight=False, soft_wrap=False)
    summary.show(console, heading)
    if session.stack.is_local and (running := _running(session, outputs)):
        running.show(console)
    for name in ("url", "reach"):
        if told := outputs.get(name):
            console.print(f"\n{told}", soft_wrap=True, markup=False)
    if following:
        console.print("\nNext", style="dim")
        for command, meaning in _next(session):
            console.print(f"  {command:<46} {meaning}".rstrip(), soft_wrap=True)
    return summary


def _running(session: Session, outputs: dict[str, Any]) -> Running | None:
    return Running.of(session.checkpoint.read(), list(outputs.get("images") or []))


def _next(session: Session) -> list[tuple[str, str]]:
    name = session.stack.name
    given = f"pulumi stack output kubeconfig --show-secrets --stack {name} > kubeconfig.yaml"
    reached = [] if session.stack.is_local else [(given, ""), ("export KUBECONFIG=$PWD/kubeconfig.yaml", "")]
    return [
        (f'eval "$({session.make("env").replace("make", "make -s", 1)})"', "puts pulumi and kubectl on PATH"),
        *reached,
        ("kubectl get pods --all-namespaces", "looks into the cluster"),
        (f"pulumi preview --stack {name}", "shows that nothing is to do"),
        (session.make("down"), "removes all of it"),
    ]


@contextmanager
def _kubeconfig(session: Session, outputs: dict[str, Any]) -> Generator[Path]:
    """The kubeconfig as a file: the one that the cluster keeps, else one for a moment, for our eyes only."""
    if session.stack.is_local and session.home.kubeconfig.is_file():
        yield session.home.kubeconfig
        return
    content = outputs.get("kubeconfig")
    if not isinstance(content, str):
        raise DriverError(f"stack '{session.stack.name}' has no output `kubeconfig`")
    descriptor, path = tempfile.mkstemp(prefix="slipway-", suffix=".yaml")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
        yield Path(path)
    finally:
        Path(path).unlink()
