"""A kind cluster made, found and removed by the program `kind`."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .configuration import mirror_hosts
from .machine import MachineError, environment
from .program import kind

_READY = "5m"


class KindCluster:
    """One cluster by its name, with the container engine that has its nodes."""

    def __init__(self, name: str, engine: str) -> None:
        self._name = name
        self._engine = engine
        self._program: Path | None = None

    def create(self, configuration: str, mirrors: Mapping[str, str]) -> str:
        """Make the cluster, wait until its nodes are ready, and return its kubeconfig.

        One of that name that an interrupted run has left is removed first. Raises MachineError where kind
        fails; it removes the nodes of a cluster that it could not make.
        """
        if self.exists():
            self.delete()
        self._kind("create", "cluster", "--config", "-", "--wait", _READY, given=configuration)
        for node in self._kind("get", "nodes").split():
            for registry, endpoint in mirrors.items():
                self._write(node, f"/etc/containerd/certs.d/{registry}", mirror_hosts(endpoint, registry))
        return self._kind("get", "kubeconfig")

    def exists(self) -> bool:
        """Whether there is a cluster of that name."""
        return self._name in self._run(["get", "clusters"]).split()

    def delete(self) -> None:
        """Remove the cluster with its nodes; one that is not there is removed already."""
        self._kind("delete", "cluster")

    def _kind(self, *arguments: str, given: str | None = None) -> str:
        return self._run([*arguments, "--name", self._name], given)

    def _run(self, arguments: Sequence[str], given: str | None = None) -> str:
        self._program = self._program or kind()
        return _output([str(self._program), *arguments], self._engine, given)

    def _write(self, node: str, directory: str, text: str) -> None:
        script = f"mkdir -p {directory} && cat > {directory}/hosts.toml"
        _output([self._engine, "exec", "-i", node, "sh", "-c", script], self._engine, text)


def _output(command: Sequence[str], engine: str, given: str | None = None) -> str:
    done = subprocess.run(
        command, input=given or "", capture_output=True, text=True, check=False, env=environment(engine)
    )
    if done.returncode:
        reason = "\n".join(line for line in done.stderr.splitlines() if line.strip())
        raise MachineError(f"`{Path(command[0]).name} {' '.join(command[1:3])}` failed: {reason[-2000:]}")
    return done.stdout
