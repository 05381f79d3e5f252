"""Make, start, stop and remove one simulated cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.cluster import configuration, control, nodes, processes
from simulator.cluster.api import Api
from simulator.cluster.errors import ClusterError
from simulator.cluster.layout import Layout, Record, kubeconfig
from simulator.cluster.nodes import Pool
from simulator.node.live import Live
from simulator.node.placement import put_right
from simulator.programs import images


@dataclass(frozen=True)
class Status:
    """What there is of a cluster.

    `identifier` is the cluster's own, made with it; empty where there is none. `serves` tells whether every
    component runs and the API server is ready. `processes` maps each component that runs to its process id,
    `ports` each to the port that is its own. `live` tells whether it has a live node: `processes` then names
    what holds its `network` and its `node` too.
    """

    identifier: str
    serves: bool
    processes: Mapping[str, int]
    ports: Mapping[str, int]
    live: bool = False


@dataclass(frozen=True)
class Leftovers:
    """What is left of a cluster: processes and files by name, and ports on which something listens.

    Of a live one also control groups, and what is mounted in its directory.
    """

    processes: tuple[str, ...]
    ports: tuple[int, ...]
    files: tuple[str, ...]
    groups: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many things are left."""
        return sum(map(len, (self.processes, self.ports, self.files, self.groups, self.mounts)))


def create(
    directory: Path | str,
    pools: Sequence[Mapping[str, Any]] = (),
    additions: configuration.Additions = configuration.NOTHING,
    live: Live | None = None,
) -> str:
    """Make the cluster in `directory`, or finish, start or adopt what is there; return its kubeconfig.

    Its API server is ready then, and its nodes are those of `pools` (none given: left as they are). However
    often it is called and wherever an earlier call was killed, there is one cluster in the end, with the same
    kubeconfig once it has been handed out. `additions` count when it is made. With `live` it has a real node
    too, for which its projects may change later. Raises ClusterError, and tools.ToolError where a tool is
    missing.
    """
    projects = None if live is None else tuple(live.projects)
    if projects is not None:
        control.prepare(projects)
    layout = Layout(Path(directory).absolute())
    layout.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with layout.locked():
        processes.kill_interrupted(layout.directory)
        record = layout.read()
        if record is not None and record.directory != str(layout.directory):
            control.end(Path(record.directory))
            record = None
        if record is None or not record.made:
            record = control.make(layout, additions, projects)
        else:
            record = control.adopt(layout, record, projects)
            control.run(layout, record)
        api = Api(layout, record)
        api.create("/apis/storage.k8s.io/v1/storageclasses", configuration.storage_class())
        api.create("/apis/storage.k8s.io/v1/csidrivers", configuration.csi_driver())
        if pools:
            nodes.reconcile(api, [Pool.of(pool) for pool in pools])
        return layout.publish(kubeconfig(layout, record))


def start(directory: Path | str) -> bool:
    """Start what has ended of the cluster in `directory`, its data kept; tell whether there was anything.

    Raises ClusterError where there is no cluster, or where it does not come up.
    """
    layout, record = _existing(directory)
    with layout.locked():
        processes.kill_interrupted(layout.directory)
        if control.serves(layout, record):
            return False
        control.run(layout, record)
    return True


def stop(directory: Path | str) -> None:
    """End the processes of the cluster in `directory`; its data stays."""
    layout, _ = _existing(directory)
    with layout.locked():
        control.end(layout.directory)


def restart(directory: Path | str) -> None:
    """Stop the cluster in `directory` and start it again."""
    stop(directory)
    start(directory)


def status(directory: Path | str) -> Status:
    """Return what there is of the cluster in `directory`; nothing of it is changed."""
    layout = Layout(Path(directory).absolute())
    record = layout.read()
    if record is None:
        return Status(identifier="", serves=False, processes={}, ports={})
    running = control.parts(layout, record)
    return Status(
        identifier=record.identifier if record.made else "",
        serves=record.made and control.serves(layout, record),
        processes={name: process.pid for name, process in running.items()},
        ports=record.ports,
        live=record.made and record.live is not None,
    )


def apply_programs(directory: Path | str, projects: Sequence[str]) -> None:
    """Have the live node of the cluster run the images of these projects, as the table has them by now.

    Pods that run there or not since then are made anew by their controllers. Raises ClusterError.
    """
    layout, record = _existing(directory)
    with layout.locked():
        record = control.run_other_programs(layout, record, tuple(projects))
        put_right(Api(layout, record), images(projects).keys())


def apply_pools(directory: Path | str, pools: Sequence[Mapping[str, Any]]) -> None:
    """Make the nodes of the cluster what `pools` say, in place, and wait until they are Ready.

    Nodes of pools that are gone are removed, and the pods on them. What has ended of the cluster is started.
    Raises ClusterError.
    """
    start(directory)
    layout, record = _existing(directory)
    nodes.reconcile(Api(layout, record), [Pool.of(pool) for pool in pools])


def client(directory: Path | str) -> Api:
    """Return a client of the cluster in `directory`, as its administrator.

    Raises ClusterError where there is no cluster.
    """
    return Api(*_existing(directory))


def delete(directory: Path | str) -> None:
    """Remove the cluster in `directory`, whole or half-made or half-dead: its processes and all its files."""
    layout = Layout(Path(directory).absolute())
    if not layout.directory.is_dir():
        control.end(layout.directory)
        return
    with layout.locked():
        control.end(layout.directory)
        control.wipe(layout)
        (layout.directory / "lock").unlink(missing_ok=True)
        layout.directory.rmdir()


def leftovers(directory: Path | str, ports: Sequence[int] = ()) -> Leftovers:
    """Return what is left of the cluster in `directory`.

    Ports are known from the cluster's own record and its live processes; once it is deleted, pass those that
    `status` told before.
    """
    layout = Layout(Path(directory).absolute())
    record = layout.read()
    known = {*ports, *(record.ports.values() if record else ())}
    return Leftovers(
        processes=tuple(str(process) for process in processes.find(layout.directory)),
        ports=tuple(processes.listening(known)),
        files=tuple(str(file) for file in layout.files()),
        groups=control.left_by_pods(layout.directory),
        mounts=control.mounted_in(layout.directory),
    )


def _existing(directory: Path | str) -> tuple[Layout, Record]:
    layout = Layout(Path(directory).absolute())
    record = layout.read()
    if record is None or not record.made:
        message = f"there is no simulated cluster in {layout.directory}: create it with `make up`"
        raise ClusterError(message)
    if record.directory != str(layout.directory):
        message = (
            f"the simulated cluster in {layout.directory} was made in {record.directory} and cannot be "
            "moved: put it back there, or remove it with `make down`"
        )
        raise ClusterError(message)
    return layout, record
