"""The processes of a simulated cluster, found by a mark in their environment.

Process ids in files go stale, and a creator that is killed leaves processes that no file names; the mark is
inherited by whatever a cluster's programs start, and stays.
"""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

from simulator.cluster.layout import COMPONENTS, Layout, is_free

MARK = "SLIPWAY_CLUSTER"
"""The environment variable that every process of a cluster carries; its value is the cluster's directory."""

PART = "SLIPWAY_CLUSTER_PART"
"""The environment variable of what a live cluster has beside its components: `network` or `node`."""

_GRACE = 5.0
_POLL = 0.01


def environment(directory: Path, programs: Path) -> dict[str, str]:
    """Return the whole environment of a cluster's processes.

    It is made anew: what the caller has in its environment, such as a passphrase, is none of theirs, and
    settings such as KUBECONFIG or HTTPS_PROXY would lead them astray.
    """
    return {
        MARK: str(directory),
        "KWOK_WORKDIR": str(directory),
        "HOME": str(directory),
        "PATH": f"{programs}{os.pathsep}{os.defpath}",
        # The API server makes much garbage while API types arrive: collecting it half as often takes some
        # hundred megabytes, and a tenth of its time less.
        "GOGC": "200",
    }


def find(directory: Path) -> list[psutil.Process]:
    """Return every live process of the cluster in `directory`."""
    return [process for process in psutil.process_iter() if variable(process, MARK) == str(directory)]


def components(directory: Path) -> dict[str, psutil.Process]:
    """Return the live processes that are a component, by its name."""
    running: dict[str, psutil.Process] = {}
    for process in find(directory):
        if (called := name(process)) in COMPONENTS:
            running[called] = process
    return running


def kill(processes: Iterable[psutil.Process]) -> None:
    """End processes, and wait until what they held is free.

    Without a word first: the API server would take seconds to say goodbye to each connection, and what etcd
    has acknowledged is in its files.
    """
    asked = list(processes)
    for process in asked:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _await_end(asked)


def _await_end(processes: list[psutil.Process]) -> None:
    """Wait until processes have ended.

    psutil's own wait takes a process for alive until its parent has noticed its end; that of a cluster's
    process is the machine's first, and some take seconds to look.
    """
    deadline = time.monotonic() + _GRACE
    while any(_is_alive(process) for process in processes) and time.monotonic() < deadline:
        time.sleep(_POLL)


def kill_all(directory: Path) -> None:
    """End every process of the cluster, also those that one of them starts meanwhile."""
    while found := find(directory):
        kill(found)


def kill_interrupted(directory: Path) -> None:
    """End what an interrupted caller left running beside the components: kwokctl and what it called.

    What belongs to a live cluster's network and node stays: it comes up by itself.
    """
    while found := [
        process
        for process in find(directory)
        if name(process) not in COMPONENTS and not variable(process, PART)
    ]:
        kill(found)


def agree(layout: Layout) -> None:
    """Write kwokctl's process ids anew from what runs.

    kwokctl takes whatever process has the id in its file for the component, also when the machine was started
    anew since, and starts a second one where it was killed before it wrote the file.
    """
    running = components(layout.directory)
    for component in COMPONENTS:
        file = layout.pid_file(component)
        if component in running:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(str(running[component].pid))
        else:
            file.unlink(missing_ok=True)


def ended(layout: Layout) -> list[str]:
    """Return the components that kwokctl has started and that have ended since."""
    gone: list[str] = []
    for component in COMPONENTS:
        with suppress(OSError, ValueError):
            pid = int(layout.pid_file(component).read_text())
            if not (psutil.pid_exists(pid) and _is_alive(psutil.Process(pid))):
                gone.append(component)
    return gone


def listening(ports: Iterable[int]) -> list[int]:
    """Return those of `ports` on which something listens."""
    return sorted(port for port in set(ports) if not is_free(port))


def foreign(directory: Path, ports: Iterable[int]) -> str:
    """Name the programs, other than the cluster's own, that listen on one of `ports`; empty for none."""
    # Asked for before the cluster's own programs and after them: one of these may begin or end meanwhile.
    taken = listening(ports)
    own: set[int] = set()
    for process in find(directory):
        with suppress(psutil.Error):
            own |= {connection.laddr.port for connection in process.net_connections() if connection.laddr}
    return ", ".join(f"{port} by {_listener(port)}" for port in listening(taken) if port not in own)


def _listener(port: int) -> str:
    # Some systems tell only the administrator.
    with suppress(psutil.Error):
        for connection in psutil.net_connections(kind="tcp"):
            here = connection.laddr and connection.laddr.port == port
            if here and connection.status == psutil.CONN_LISTEN and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return "another program"


def name(process: psutil.Process) -> str:
    """Return the name of a process's program; empty where it has ended meanwhile."""
    with suppress(psutil.Error):
        return process.name()
    return ""


def variable(process: psutil.Process, key: str) -> str | None:
    """Return a variable of a live process's environment; None where it has none or is not ours to ask."""
    with suppress(psutil.Error, OSError):
        return process.environ().get(key) if _is_alive(process) else None
    return None


def _is_alive(process: psutil.Process) -> bool:
    """Tell whether a process runs, or still holds files and ports while the last of its threads ends."""
    with suppress(psutil.NoSuchProcess):
        ended = process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1
        return process.is_running() and not ended
    return False
