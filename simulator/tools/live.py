"""The tools of a live node; a cluster without one never asks for them."""

from __future__ import annotations

from simulator.tools import versions
from simulator.tools.catalog import Download, GoProgram, Tool, kubernetes

_CONTAINERD = "github.com/containerd/containerd/v2"
_CNI = "github.com/containernetworking/plugins"
PAUSE = "slipway-pause"
"""The first process of a pod's sandbox, a program of our own: pause would be Kubernetes' own."""


def _containerd() -> Tool:
    version = versions.CONTAINERD
    programs = ("containerd", "containerd-shim-runc-v2", "ctr")
    return Tool(
        "containerd",
        version,
        programs=programs,
        version_arguments=("--version",),
        official=Download.from_github(
            "containerd/containerd",
            version,
            f"containerd-static-{version}-linux-{{arch}}.tar.gz",
            "bin/{program}",
        ),
        build=tuple(
            GoProgram(
                name,
                version,
                module="containerd",
                package=f"{_CONTAINERD}/cmd/{name}",
                variables={f"{_CONTAINERD}/version.Version": version},
                # Snapshotters that need programs or libraries of the machine.
                tags=("no_btrfs", "no_devmapper", "no_zfs"),
            )
            for name in programs
        ),
    )


def _cni() -> Tool:
    version = versions.CNI_PLUGINS
    folders = {"ptp": "main", "loopback": "main", "host-local": "ipam", "portmap": "meta"}
    return Tool(
        "cni-plugins",
        version,
        programs=tuple(folders),
        version_arguments=("--version",),
        official=Download.from_github(
            "containernetworking/plugins",
            version,
            f"cni-plugins-linux-{{arch}}-v{version}.tgz",
            "./{program}",
        ),
        build=tuple(
            GoProgram(
                name,
                version,
                module="cni",
                package=f"{_CNI}/plugins/{folder}/{name}",
                variables={f"{_CNI}/pkg/utils/buildversion.BuildVersion": f"v{version}"},
            )
            for name, folder in folders.items()
        ),
    )


def _coredns() -> Tool:
    version = versions.COREDNS
    return Tool(
        "coredns",
        version,
        programs=("coredns",),
        version_arguments=("-version",),
        official=Download.from_github(
            "coredns/coredns", version, f"coredns_{version}_linux_{{arch}}.tgz", "{program}"
        ),
        # With no more plugins than a node needs, which spares most of the build.
        build=(GoProgram("coredns", version, module="coredns", package="slipway/tools/coredns"),),
    )


def _pause() -> Tool:
    return Tool(
        PAUSE,
        "1.0.0",
        programs=(PAUSE,),
        version_arguments=("--version",),
        official=None,
        build=(GoProgram(PAUSE, "1.0.0", module="pause", package="slipway/tools/pause"),),
    )


def _of_the_distribution(name: str, version: str, package: str) -> Tool:
    return Tool(
        name,
        version,
        programs=(name,),
        version_arguments=("--version",),
        official=None,
        build=(),
        newer_minor=True,
        packages=(package,),
    )


TOOLS: tuple[Tool, ...] = (
    _of_the_distribution("runc", versions.RUNC, "runc"),
    _of_the_distribution("nft", versions.NFTABLES, "nftables"),
    _pause(),
    _cni(),
    _containerd(),
    kubernetes("kubelet"),
    kubernetes("kube-proxy"),
    _coredns(),
)
"""In the order in which they are obtained: first what may be missing for good."""

PROGRAMS = tuple(program for tool in TOOLS for program in tool.programs)
