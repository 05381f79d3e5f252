"""The files that the node's programs read."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from simulator.node.layout import (
    ADDRESS,
    DOMAIN,
    KUBELET_ROOT,
    NAME,
    POD_NETWORK,
    REGISTRY,
    SOCKET,
    NodeLayout,
    Settings,
)
from simulator.node.resources import MAXIMUM_PODS
from simulator.programs import machine, steering
from simulator.programs.store import Store

SANDBOX_IMAGE = "slipway.dev/simulator/pause:1"
"""What containerd makes a pod's sandbox of; the node imports it, no registry has it."""

_UNUSED = (
    "io.containerd.internal.v1.opt",
    "io.containerd.internal.v1.tracing",
    "io.containerd.nri.v1.nri",
    "io.containerd.snapshotter.v1.blockfile",
    "io.containerd.snapshotter.v1.erofs",
    "io.containerd.snapshotter.v1.native",
    "io.containerd.tracing.processor.v1.otlp",
)
_RESOLUTION = """\
{zones} {{
    bind {address}
    errors
    loadbalance
    kubernetes {zones} {{
        kubeconfig {kubeconfig}
        pods insecure
        ttl 5
        fallthrough in-addr.arpa ip6.arpa
    }}
}}
. {{
    bind {address}
    template ANY ANY {{
        rcode NXDOMAIN
    }}
}}
"""


def write(layout: NodeLayout, settings: Settings, cluster_pki: Path) -> None:
    """Write all of them; `cluster_pki` holds the certificates of cluster and administrator."""
    folder = layout.configuration
    folder.mkdir(parents=True, exist_ok=True)
    server = f"https://127.0.0.1:{settings.api_port}"
    for user, pki, name in (
        ("kubelet", layout.pki, "kubelet"),
        ("kube-proxy", layout.pki, "kube-proxy"),
        ("coredns", cluster_pki, "admin"),
    ):
        kubeconfig = _kubeconfig(server, cluster_pki / "ca.crt", pki / f"{name}.crt", pki / f"{name}.key")
        _json(folder / f"{user}.kubeconfig", kubeconfig)
    _json(folder / "kubelet.json", _kubelet(layout, cluster_pki))
    _json(folder / "kube-proxy.json", _proxy(folder / "kube-proxy.kubeconfig"))
    _json(folder / "container.json", _container(settings))
    (folder / "containerd.toml").write_text(_containerd(folder, Path(settings.tools)))
    zones = f"{DOMAIN} in-addr.arpa ip6.arpa"
    corefile = _RESOLUTION.format(zones=zones, address=ADDRESS, kubeconfig=folder / "coredns.kubeconfig")
    (folder / "Corefile").write_text(corefile)
    # Pods look up nothing but the cluster's own names.
    (folder / "resolv.conf").write_text("")
    registries = folder / "registries" / "_default"
    registries.mkdir(parents=True, exist_ok=True)
    hosts = f'[host."http://{REGISTRY}"]\n  capabilities = ["pull", "resolve"]\n'
    (registries / "hosts.toml").write_text(hosts)
    networks = folder / "networks"
    networks.mkdir(exist_ok=True)
    _json(networks / "10-pods.conflist", _network())


def _json(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=2))


def _kubeconfig(server: str, authority: Path, certificate: Path, key: Path) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "own", "cluster": {"server": server, "certificate-authority": str(authority)}}],
        "users": [{"name": "own", "user": {"client-certificate": str(certificate), "client-key": str(key)}}],
        "contexts": [{"name": "own", "context": {"cluster": "own", "user": "own"}}],
        "current-context": "own",
    }


def _kubelet(layout: NodeLayout, cluster_pki: Path) -> dict[str, Any]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": ADDRESS,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": False},
            "x509": {"clientCAFile": str(cluster_pki / "ca.crt")},
        },
        # Only the API server has a certificate that the authority signed for it.
        "authorization": {"mode": "AlwaysAllow"},
        "tlsCertFile": str(layout.pki / "kubelet.crt"),
        "tlsPrivateKeyFile": str(layout.pki / "kubelet.key"),
        "healthzBindAddress": "127.0.0.1",
        "containerRuntimeEndpoint": f"unix://{SOCKET}",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{layout.control_group}",
        "cgroupsPerQOS": False,
        "enforceNodeAllocatable": [],
        "failCgroupV1": False,
        "failSwapOn": False,
        # The machine has fewer cores than the node says: limits that share them out would stall everything.
        "cpuCFSQuota": False,
        "clusterDNS": [ADDRESS],
        "clusterDomain": DOMAIN,
        "resolvConf": str(layout.configuration / "resolv.conf"),
        "makeIPTablesUtilChains": False,
        "maxPods": MAXIMUM_PODS,
        "podLogsDir": str(layout.pod_logs),
        "volumePluginDir": f"{KUBELET_ROOT}/volume-plugins",
        "serializeImagePulls": False,
        "registryPullQPS": 0,
        "eventRecordQPS": 0,
        "kubeAPIQPS": 200,
        "kubeAPIBurst": 400,
        # How soon volumes hear of a changed ConfigMap or Secret; a minute is usual.
        "syncFrequency": "15s",
        "configMapAndSecretChangeDetectionStrategy": "Watch",
        "fileCheckFrequency": "0s",
        "shutdownGracePeriod": "0s",
        # The machine's disk and memory are not the node's alone to judge.
        "evictionHard": {"memory.available": "1Mi"},
        "imageGCHighThresholdPercent": 100,
        "registerWithTaints": [{"key": steering.LABEL, "value": steering.VALUE, "effect": "NoSchedule"}],
    }


def _proxy(kubeconfig: Path) -> dict[str, Any]:
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "clientConnection": {"kubeconfig": str(kubeconfig), "qps": 100, "burst": 200},
        "clusterCIDR": POD_NETWORK,
        # They are the machine's, not the namespace's.
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        "healthzBindAddress": "",
        "metricsBindAddress": "127.0.0.1:10249",
        "hostnameOverride": NAME,
        "nftables": {"syncPeriod": "30s", "minSyncPeriod": "100ms"},
    }


def _container(settings: Settings) -> dict[str, Any]:
    """What every container is made from (OCI runtime spec), before its pod adds to it.

    containerd's own, with the machine's programs and libraries in it, and those of the store.
    """
    command = [str(Path(settings.tools) / "ctr"), "oci", "spec"]
    spec = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    # They would be lower than the node's own.
    spec["process"].pop("rlimits", None)
    store = Store(Path(settings.cache) / "programs")
    store.root.mkdir(parents=True, exist_ok=True)
    for path, source in machine.mounts(store.root).items():
        options = ["rbind", "ro", "nosuid"]
        spec["mounts"].append(
            {"destination": path, "source": str(source), "type": "bind", "options": options}
        )
    return spec


def _network() -> dict[str, Any]:
    addresses = {
        "type": "host-local",
        "dataDir": "/run/cni",
        "ranges": [[{"subnet": POD_NETWORK}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    return {
        "cniVersion": "1.0.0",
        "name": "pods",
        "plugins": [
            {"type": "ptp", "ipMasq": False, "mtu": 1500, "ipam": addresses},
            {"type": "portmap", "capabilities": {"portMappings": True}, "backend": "nftables"},
        ],
    }


def _containerd(folder: Path, tools: Path) -> str:
    runtime = "plugins.'io.containerd.cri.v1.runtime'"
    images = "plugins.'io.containerd.cri.v1.images'"
    # Root and state are gone with the mount namespace, so each start is a fresh one.
    return f"""\
version = 3
root = "/run/containerd-root"
state = "/run/containerd"
disabled_plugins = {json.dumps(_UNUSED)}
[grpc]
  address = "{SOCKET}"
[ttrpc]
  address = "{SOCKET}.ttrpc"
[{images}]
  snapshotter = "overlayfs"
  [{images}.pinned_images]
    sandbox = "{SANDBOX_IMAGE}"
  [{images}.registry]
    config_path = {json.dumps(str(folder / "registries"))}
[{runtime}]
  enable_cdi = false
  # A profile would stay in the machine's kernel after the cluster is gone.
  disable_apparmor = true
  # Where root is not quite root, scores below the machine's own cannot be had.
  restrict_oom_score_adj = true
  [{runtime}.cni]
    bin_dirs = [{json.dumps(str(tools))}]
    conf_dir = {json.dumps(str(folder / "networks"))}
  [{runtime}.containerd]
    default_runtime_name = "runc"
    [{runtime}.containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      base_runtime_spec = {json.dumps(str(folder / "container.json"))}
      [{runtime}.containerd.runtimes.runc.options]
        BinaryName = {json.dumps(str((tools / "runc").resolve()))}
        SystemdCgroup = false
"""
