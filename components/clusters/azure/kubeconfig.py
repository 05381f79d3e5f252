"""The kubeconfig: address and certificate authority as AKS says them, a token from Entra ID by kubelogin."""

import base64
import json
from typing import Any

import yaml

# The application of Entra ID that stands for the API servers of all AKS clusters (Azure/kubelogin, README).
_SERVER_APPLICATION = "6dae42f8-4368-4678-94ff-3960e28e3630"


def with_login(encoded: str, *, name: str, login: str, tenant: str) -> str:
    """Return the kubeconfig with kubelogin as its user.

    `encoded` is what AKS gives its users, in base64; whatever credential stands in it is left out. Raises
    ValueError where it names no cluster.
    """
    given: dict[str, Any] = yaml.safe_load(base64.b64decode(encoded)) or {}
    clusters: list[dict[str, Any]] = given.get("clusters") or []
    if not clusters:
        raise ValueError(f"AKS gave a kubeconfig without a cluster for '{name}': is the cluster running?")
    cluster: dict[str, Any] = clusters[0]["cluster"]
    user = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "command": "kubelogin",
            "args": [
                "get-token",
                "--login",
                login,
                "--server-id",
                _SERVER_APPLICATION,
                "--tenant-id",
                tenant,
            ],
            "interactiveMode": "IfAvailable",
            "provideClusterInfo": False,
            "installHint": "kubelogin is needed to reach AKS: az aks install-cli",
        }
    }
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": cluster}],
            "users": [{"name": name, "user": user}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
    )
