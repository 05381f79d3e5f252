"""`down` and `check`: nothing of the stack stays, and what stays is counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulator import cluster
from simulator.cluster.processes import find as find_cluster
from simulator.driver import checkpoint as state
from simulator.driver import environment, processes, recovery
from simulator.driver.checkpoint import Deployment
from simulator.driver.engine import INTERRUPTED
from simulator.driver.errors import DriverError
from simulator.driver.record import Run
from simulator.driver.session import Session, say

_EXAMPLES = 3


def down(name: str, options: Sequence[str]) -> int:
    """Remove the stack with everything that belongs to it; return an exit status."""
    session = Session.of(name)
    if not session.stack.is_local:
        return _destroy_elsewhere(session, options)
    if not session.home.root.exists():
        say(f"stack '{name}' is down: there is nothing of it")
        return 0
    ports = cluster.status(session.home.cluster).ports.values()
    with session.run("down") as run:
        run.status = _destroy(session, options)
        if run.status == 0 and not options:
            cluster.delete(session.home.cluster)
    if run.status:
        say(f"error: stack '{name}' is not down, see above. {session.make('down')} goes on from here")
        return run.status
    if options:
        return 0
    session.home.remove()
    if (rest := Rest.of(session, ports)).count:
        say(f"error: something of stack '{name}' is left:\n{rest}")
        return 1
    say(f"stack '{name}' is down")
    return 0


def _destroy(session: Session, options: Sequence[str]) -> int:
    """Have the engine remove the stack; what it cannot remove goes with the stack's own cluster.

    With options of the user's, such as a target, the stack itself stays.
    """
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
        if not options:
            engine = engine.without_checkpoints()
        # Pulumi's own display would not tell whether it failed or was stopped.
        status = engine.show("destroy", "--yes", "--skip-preview", *options, plain=True)
        if status and (options or status == INTERRUPTED or not recovery.has_cluster(deployment)):
            return status
        if status:
            say("what the engine could not remove lives in the simulated cluster, which goes as a whole")
    if not options:
        session.engine.ask("stack rm", "--yes", "--force", "--preserve-config", "--remove-backups")
    return 0


def _destroy_elsewhere(session: Session, options: Sequence[str]) -> int:
    environment.require_login(session.stack)
    with session.run("down") as run:
        deployment = session.deployment()
        if not options:
            _refuse_protected(session, deployment)
        engine = session.equipped(deployment)
        run.status = engine.show("destroy", "--yes", "--skip-preview", *options)
    if run.status == 0 and not options:
        engine.ask("stack rm", "--yes", "--preserve-config")
    return run.status


def _refuse_protected(session: Session, deployment: Deployment) -> None:
    """Refuse to remove a stack of which something is protected from deletion.

    The engine would find it last: after all that depends on it, which is the platform with its data.
    """
    protected = [
        resource["urn"].rpartition("::")[2]
        for resource in state.resources(deployment)
        if resource.get("protect") or resource.get("inputs", {}).get("deletionProtection") is True
    ]
    if protected:
        names = ", ".join(protected[:_EXAMPLES])
        raise DriverError(
            f"stack '{session.stack.name}' is protected from deletion ({names}), and nothing was "
            f"removed. Set deletionProtection to false in {session.stack.file.name}, run "
            f"{session.make('up')}, then {session.make('down')} again"
        )


@dataclass(frozen=True)
class Rest:
    """What there is of a stack: its resources, its processes, the ports they listen on, its files.

    Of one whose cluster is live also the control groups of pods, and what is mounted in its folder.
    """

    objects: int
    processes: tuple[str, ...]
    ports: tuple[int, ...]
    files: tuple[str, ...]
    groups: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()

    @classmethod
    def of(cls, session: Session, ports: Iterable[int] = ()) -> Rest:
        """Count what there is of the stack on this machine; `ports` are those that its cluster had."""
        home = session.home
        left = cluster.leftovers(home.cluster, [*ports])
        live = {
            process.pid: process
            for process in (
                *find_cluster(home.cluster),
                *processes.marked(home.mark),
                *processes.orphans(home.root, home.mark),
            )
        }
        return cls(
            objects=len(state.resources(session.glance())),
            processes=tuple(processes.describe(process) for process in live.values()),
            ports=tuple(sorted({*left.ports, *processes.listening(live.values())})),
            files=tuple(map(str, home.files())),
            groups=left.groups,
            mounts=left.mounts,
        )

    @property
    def count(self) -> int:
        """How many things there are."""
        found = (self.processes, self.ports, self.files, self.groups, self.mounts)
        return self.objects + sum(map(len, found))

    def __str__(self) -> str:
        """Say how many there are of each, with the first of them."""
        of_pods = {"groups": self.groups, "mounts": self.mounts}
        rows = (
            ("objects", self.objects, ()),
            ("processes", len(self.processes), self.processes),
            ("ports", len(self.ports), self.ports),
            ("files", len(self.files), self.files),
            *((kind, len(some), some) for kind, some in of_pods.items() if some),
        )
        lines: list[str] = []
        for kind, count, examples in rows:
            shown = ", ".join(map(str, examples[:_EXAMPLES])) + (", ..." if count > _EXAMPLES else "")
            lines.append(f"  {kind:<10} {count:>5}  {shown if examples else ''}".rstrip())
        return "\n".join(lines)


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
    print(rest)
    return 1 if rest.count else 0
