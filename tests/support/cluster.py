"""One simulated cluster for tests, and kubectl for it."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.clusters.pools import AcceleratorSettings
from components.clusters.simulated import NodePoolSettings
from simulator import tools

Object = Mapping[str, Any]

SYSTEM = NodePoolSettings(name="system", count=2, cpu="16", memory="64Gi")
GPU = NodePoolSettings(
    name="gpu",
    count=1,
    cpu="96",
    memory="1Ti",
    accelerator=AcceleratorSettings(model="NVIDIA H100 80GB HBM3", count=8),
)
POOLS = (SYSTEM, GPU)


def inputs(*pools: NodePoolSettings) -> list[dict[str, Any]]:
    """The pools as simulator.cluster takes them."""
    return [pool.inputs for pool in pools]


@dataclass(frozen=True)
class TestCluster:
    """A cluster that runs: its directory, and the path of its kubeconfig."""

    __test__ = False

    directory: Path
    kubeconfig: str

    def kubectl(
        self, *args: str, input: str | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl; with `check`, a failure is an AssertionError with what kubectl said."""
        kubectl = tools.ensure(names=["kubectl"]).path("kubectl")
        done = subprocess.run(
            [kubectl, "--kubeconfig", self.kubeconfig, *args],
            input=input,
            capture_output=True,
            text=True,
            check=False,
            env={"HOME": str(self.directory), "PATH": os.defpath},
        )
        if check:
            assert done.returncode == 0, f"kubectl {' '.join(args)}: {done.stderr}"
        return done

    def apply(self, *objects: Object) -> None:
        """Apply objects, server-side and with strict validation of their fields."""
        self.kubectl("apply", "--server-side", "--validate=strict", "-f-", input=listed(objects))

    def get(self, kind: str, name: str, namespace: str = "") -> dict[str, Any]:
        """One object as it is now."""
        where = ["-n", namespace] if namespace else []
        return json.loads(self.kubectl("get", kind, name, "-o", "json", *where).stdout)

    def names(self, kind: str, *args: str) -> set[str]:
        """The names of objects of a kind."""
        return {
            name.partition("/")[2] for name in self.kubectl("get", kind, "-o", "name", *args).stdout.split()
        }

    def wait(self, what: str, condition: str, namespace: str, seconds: int = 30) -> None:
        """Wait until `what` (`pod/name`, `pvc --all`) meets a condition, in the words of `kubectl wait`."""
        self.kubectl("wait", *what.split(), f"--for={condition}", "-n", namespace, f"--timeout={seconds}s")


def listed(objects: Sequence[Object]) -> str:
    """Objects as one, in JSON, as kubectl takes them from its input."""
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
