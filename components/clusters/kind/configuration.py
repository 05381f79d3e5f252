"""What kind is told of a cluster (kind.x-k8s.io/v1alpha4 Cluster)."""

from typing import Any

import yaml

from ...kube.pulling import pulled
from .settings import KindPoolSettings, KindSettings

_DEVICES = "/var/run/nvidia-container-devices/all"
"""A mount of this path gives a container every GPU, where the toolkit's configuration says
`accept-nvidia-visible-devices-as-volume-mounts` (NVIDIA/nvidia-container-toolkit, internal/config/image)."""

_CERTIFICATES = "/etc/containerd/certs.d"


def configuration(settings: KindSettings) -> str:
    """Return the cluster's configuration as YAML."""
    cluster: dict[str, Any] = {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "networking": {"apiServerAddress": "127.0.0.1"},
        "nodes": [
            {
                "role": "control-plane",
                "image": pulled(settings.image),
                "extraPortMappings": [
                    {
                        "hostPort": port.host,
                        "containerPort": port.node,
                        "listenAddress": settings.address,
                        "protocol": "TCP",
                    }
                    for port in settings.ports
                ],
            },
            *(_node(pool, pulled(settings.image)) for pool in settings.node_pools for _ in range(pool.count)),
        ],
    }
    if settings.registry_mirrors:
        cluster["containerdConfigPatches"] = [
            f'[plugins."io.containerd.cri.v1.images".registry]\n  config_path = "{_CERTIFICATES}"\n'
        ]
    return yaml.safe_dump(cluster, sort_keys=False)


def _node(pool: KindPoolSettings, image: str) -> dict[str, Any]:
    contract = pool.contract
    node: dict[str, Any] = {"role": "worker", "image": image, "labels": dict(contract.labels)}
    if contract.taints:
        registration = {
            "nodeRegistration": {
                "taints": [
                    {"key": one.key, "value": one.value, "effect": one.effect} for one in contract.taints
                ]
            }
        }
        # Merged into kubeadm's own document of that kind.
        node["kubeadmConfigPatches"] = [yaml.safe_dump({"kind": "JoinConfiguration", **registration})]
    if contract.accelerator:
        node["extraMounts"] = [{"hostPath": "/dev/null", "containerPath": _DEVICES}]
    return node


def mirror_hosts(endpoint: str, registry: str) -> str:
    """Return containerd's `hosts.toml` of a registry, which its nodes pull from a mirror first."""
    origin = "registry-1.docker.io" if registry == "docker.io" else registry
    return f'server = "https://{origin}"\n\n[host."{endpoint}"]\n  capabilities = ["pull", "resolve"]\n'
