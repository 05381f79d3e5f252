"""`down` and `check`: nothing of the stack stays, and what stays is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator import cluster
from simulator.driver import checkpoint as state
from simulator.driver import processes, recovery
from simulator.driver.errors import DriverError
from simulator.driver.record import Run
from simulator.driver.session import Session, say


def down(name: str, options: Sequence[str]) -> int:
    """Remove the stack with everything that belongs to it; return an exit status."""
    session = Session.of(name)
    if not session.stack.is_local:
        return _destroy_elsewhere(session, options)
    if not session.home.root.exists():
        say(f"stack '{name}' is down: there is nothing of it")
        return 0
    with session.run("down") as run:
        run.status = _destroy(session, options)
        if run.status == 0:
            cluster.delete(session.home.cluster)
    if run.status:
        say(f"error: stack '{name}' is not down, see above. {session.make('down')} goes on from here")
        return run.status
    session.home.remove()
    say(f"stack '{name}' is down")
    return 0


def _destroy(session: Session, options: Sequence[str]) -> int:
    """Have the engine remove the stack; where it cannot, its cluster goes as a whole."""
    try:
        deployment = session.deployment()
    except DriverError as error:
        say(f"{error}\nremoving the stack with its cluster")
        session.checkpoint.discard()
        return 0
    if not session.checkpoint.exists:
        return 0
    if state.resources(deployment):
        engine = session.equipped(deployment)
        recovery.settle_for_destroy(engine, deployment)
        status = engine.show("destroy", "--yes", "--skip-preview", *options)
        if status and (options or not recovery.has_cluster(deployment)):
            return status
        if status:
            say("what the engine could not remove lives in the simulated cluster, which goes as a whole")
    session.engine.ask("stack rm", "--yes", "--force", "--preserve-config", "--remove-backups")
    return 0


def _destroy_elsewhere(session: Session, options: Sequence[str]) -> int:
    with session.run("down") as run:
        engine = session.equipped(session.deployment())
        run.status = engine.show("destroy", "--yes", "--skip-preview", *options)
    if run.status == 0 and not options:
        engine.ask("stack rm", "--yes", "--preserve-config")
    return run.status


@dataclass(frozen=True)
class Rest:
    """What there is of a stack: its resources, its processes, the ports they listen on, its files."""

    objects: int
    processes: tuple[str, ...]
    ports: tuple[int, ...]
    files: tuple[str, ...]

    @classmethod
    def of(cls, session: Session) -> Rest:
        """Count what there is of the stack on this machine."""
        home = session.home
        deployment = session.checkpoint.read() if session.checkpoint.exists else {}
        left = cluster.leftovers(home.cluster)
        runs = processes.marked(home.mark)
        return cls(
            objects=len(state.resources(deployment)),
            processes=(*left.processes, *map(processes.describe, runs)),
            ports=tuple(sorted({*left.ports, *processes.listening(runs)})),
            files=tuple(map(str, home.files())),
        )

    @property
    def count(self) -> int:
        """How many things there are."""
        return self.objects + len(self.processes) + len(self.ports) + len(self.files)


def check(name: str) -> int:
    """Count what there is of the stack; return 1 where it is anything."""
    session = Session.of(name)
    if not session.stack.is_local:
        raise DriverError(
            f"stack '{name}' is not local: its backend knows what is left (`pulumi stack --stack {name}`)"
        )
    rest = Rest.of(session)
    last = Run.last(session.home.record)
    print(f"what there is of stack '{name}'" + (f" ({last})" if last else ""))
    for kind, count, examples in (
        ("objects", rest.objects, ()),
        ("processes", len(rest.processes), rest.processes),
        ("ports", len(rest.ports), rest.ports),
        ("files", len(rest.files), rest.files),
    ):
        shown = ", ".join(map(str, examples[:3])) + (", ..." if len(examples) > 3 else "")
        print(f"  {kind:<10} {count:>5}  {shown}".rstrip())
    return 1 if rest.count else 0
