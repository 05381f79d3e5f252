"""Where a simulated cluster keeps its files, and what it remembers about itself.

Everything lies in the one directory that the caller names; `cluster.json` in it holds what has to stay the
same from one start to the next.
"""

import base64
import json
import random
import socket
import uuid
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml
from filelock import FileLock

KWOKCTL_NAME = "simulated"
COMPONENTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok-controller")
"""The programs of a cluster, in the order in which they start; each is also its process's name."""

_PORTS = (*COMPONENTS, "etcd-peer")
# Below what Linux (32768) and macOS (49152) hand out to outgoing connections, and below Kubernetes' node
# ports (30000): a stopped cluster finds its ports free again.
_PORT_RANGE = range(20000, 30000)


@dataclass(frozen=True)
class Record:
    """What a cluster remembers.

    `made` turns true once the cluster has answered: before that there is nothing to keep, from then on its
    ports never change. `live` are the projects whose images run on the cluster's live node; None where it has
    no such node.
    """

    identifier: str
    directory: str
    ports: dict[str, int]
    made: bool = False
    live: Sequence[str] | None = None


@dataclass(frozen=True)
class Layout:
    """The paths in a cluster's directory."""

    directory: Path

    @property
    def record_file(self) -> Path:
        """What the cluster remembers about itself."""
        return self.directory / "cluster.json"

    @property
    def kubeconfig_file(self) -> Path:
        """The administrator's kubeconfig, for `kubectl`."""
        return self.directory / "kubeconfig.yaml"

    @property
    def configuration(self) -> Path:
        """What kwokctl is told."""
        return self.directory / "kwokctl.yaml"

    @property
    def kwokctl_log(self) -> Path:
        """What kwokctl said, of all its runs."""
        return self.directory / "kwokctl.log"

    @property
    def workdir(self) -> Path:
        """What kwokctl makes of it: certificates, data, logs and process ids."""
        return self.directory / "clusters" / KWOKCTL_NAME

    @property
    def pki(self) -> Path:
        """Keys and certificates of the cluster's authority and its administrator."""
        return self.workdir / "pki"

    def log(self, component: str) -> Path:
        """What a component said."""
        return self.workdir / "logs" / f"{component}.log"

    def pid_file(self, component: str) -> Path:
        """Where kwokctl keeps a component's process id."""
        return self.workdir / "pids" / f"{component}.pid"

    def read(self) -> Record | None:
        """Return what the cluster remembers, or None where there is none or it cannot be read."""
        try:
            return Record(**json.loads(self.record_file.read_text()))
        except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
            return None

    def write(self, record: Record) -> Record:
        """Remember `record`: all of it or nothing, whenever the process ends."""
        _write_whole(self.record_file, json.dumps(asdict(record), indent=2))
        return record

    def publish(self, kubeconfig: str) -> str:
        """Leave the kubeconfig in the directory too, and return it."""
        _write_whole(self.kubeconfig_file, kubeconfig)
        return kubeconfig

    @contextmanager
    def locked(self) -> Generator[None]:
        """Hold the directory: a second caller waits. The lock of a killed process is free."""
        with FileLock(self.directory / "lock", mode=0o600):
            yield

    def files(self) -> list[Path]:
        """Every file that is there, without the lock."""
        if not self.directory.is_dir():
            return []
        return sorted(p for p in self.directory.rglob("*") if not p.is_dir() and p != self.directory / "lock")


def _write_whole(file: Path, text: str) -> None:
    fresh = file.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    fresh.replace(file)


def new_record(directory: Path) -> Record:
    """Return a fresh record with an identifier of its own and ports that are free."""
    return Record(identifier=uuid.uuid4().hex[:12], directory=str(directory), ports=_free_ports(_PORTS))


def _free_ports(names: tuple[str, ...]) -> dict[str, int]:
    ports: dict[str, int] = {}
    for port in random.sample(_PORT_RANGE, k=len(_PORT_RANGE)):
        if is_free(port):
            ports[names[len(ports)]] = port
        if len(ports) == len(names):
            break
    return ports


def is_free(port: int) -> bool:
    """Tell whether a server could listen on that port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def kubeconfig(layout: Layout, record: Record) -> str:
    """Return the kubeconfig of the cluster's administrator, complete in itself: it names no file."""

    def encoded(name: str) -> str:
        return base64.b64encode((layout.pki / name).read_bytes()).decode()

    name = f"simulated-{record.identifier}"
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": name,
                    "cluster": {
                        "server": f"https://127.0.0.1:{record.ports['kube-apiserver']}",
                        "certificate-authority-data": encoded("ca.crt"),
                    },
                }
            ],
            "users": [
                {
                    "name": name,
                    "user": {
                        "client-certificate-data": encoded("admin.crt"),
                        "client-key-data": encoded("admin.key"),
                    },
                }
            ],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        },
        sort_keys=False,
    )
