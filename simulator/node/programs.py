"""The programs of a live node and how each is started."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from simulator.node.layout import ADDRESS, KUBELET_ROOT, NAME, REGISTRY, SOCKET, NodeLayout, Settings
from simulator.node.resources import LABELS
from simulator.programs import steering


@dataclass(frozen=True)
class Program:
    """A program of the node; it starts once there is a file at `after`."""

    name: str
    command: tuple[str, ...]
    after: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


def programs(layout: NodeLayout, settings: Settings) -> tuple[Program, ...]:
    """Return all programs of a node."""
    folder = layout.configuration
    tools = Path(settings.tools)
    labels = {steering.LABEL: steering.VALUE, **LABELS}
    kubelet = {
        "config": folder / "kubelet.json",
        "kubeconfig": folder / "kubelet.kubeconfig",
        "root-dir": KUBELET_ROOT,
        "cert-dir": layout.pki,
        "hostname-override": NAME,
        "node-ip": ADDRESS,
        "node-labels": ",".join(f"{name}={value}" for name, value in labels.items()),
    }
    registry = ("-m", "simulator.programs.registry", "--listen", REGISTRY)
    return (
        Program("registry", (sys.executable, *registry, "--projects", ",".join(settings.projects))),
        Program(
            "containerd",
            (str(tools / "containerd"), "--config", str(folder / "containerd.toml")),
            # It looks its shim up there.
            environment={"PATH": f"{tools}{os.pathsep}{os.defpath}"},
        ),
        Program(
            "kubelet",
            (str(tools / "kubelet"), *(f"--{name}={value}" for name, value in kubelet.items())),
            after=Path(SOCKET),
        ),
        Program("kube-proxy", (str(tools / "kube-proxy"), f"--config={folder / 'kube-proxy.json'}")),
        Program("coredns", (str(tools / "coredns"), "-conf", str(folder / "Corefile"))),
    )
