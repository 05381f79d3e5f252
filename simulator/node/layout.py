"""Names, addresses and files of a live node."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

NAME = "live-0"
ADDRESS = "100.64.0.1"
"""The node's own, on a bridge inside the cluster's network namespace; of RFC 6598."""

BRIDGE = "node0"
API_SERVICE = "10.96.0.1"
"""Of the API server: the first address of the cluster's network of Services."""

POD_NETWORK = "10.245.0.0/16"
"""Not that of the simulated pods, which KWOK hands out."""

DOMAIN = "cluster.local"
REGISTRY = "127.0.0.1:5000"
SOCKET = "/run/containerd/containerd.sock"
KUBELET_ROOT = "/run/kubelet"
"""Sockets lie below it, whose paths must not be longer than 107 characters."""


@dataclass(frozen=True)
class NodeLayout:
    """The paths of a live node in its cluster's directory."""

    cluster: Path

    @property
    def directory(self) -> Path:
        """All that is the node's own, but for what only its mount namespace holds."""
        return self.cluster / "node"

    @property
    def settings(self) -> Path:
        """What the supervising process reads."""
        return self.directory / "settings.json"

    @property
    def configuration(self) -> Path:
        """What the node's programs read."""
        return self.directory / "configuration"

    @property
    def pki(self) -> Path:
        """Keys and certificates of the node's programs."""
        return self.directory / "pki"

    @property
    def kubelet(self) -> Path:
        """The kubelet's root, made anew at each start: emptyDir volumes among others."""
        return self.directory / "kubelet"

    @property
    def volumes(self) -> Path:
        """What PersistentVolumes hold, a folder for each."""
        return self.directory / "volumes"

    @property
    def pod_logs(self) -> Path:
        """What containers say: `<namespace>_<pod>_<uid>/<container>/<restarts>.log`."""
        return self.cluster / "logs" / "pods"

    @property
    def logs(self) -> Path:
        """What the node's programs say."""
        return self.cluster / "logs" / "node"

    def log(self, program: str) -> Path:
        """What one of the node's programs says."""
        return self.logs / f"{program}.log"

    @property
    def audit(self) -> Path:
        """The API server's audit log."""
        return self.cluster / "audit" / "audit.log"

    @property
    def control_group(self) -> str:
        """The control group that all pods are in: known from the directory, also once that is gone."""
        return f"slipway-{hashlib.sha256(str(self.cluster).encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class Settings:
    """What a node is started with.

    `tools` is the folder of links to the node's programs, `cache` the project's cache, `api_port` the API
    server's port in the network namespace.
    """

    tools: str
    cache: str
    api_port: int
    projects: tuple[str, ...]

    def write(self, layout: NodeLayout) -> None:
        """Leave them for the supervising process."""
        layout.settings.write_text(json.dumps(asdict(self), indent=2))

    @classmethod
    def read(cls, layout: NodeLayout) -> Settings:
        """Return those that were left."""
        values: dict[str, Any] = json.loads(layout.settings.read_text())
        values["projects"] = tuple(values["projects"])
        return cls(**values)
