"""The kubeconfig of a GKE cluster: without a credential, which `gke-gcloud-auth-plugin` brings."""

import json

import pulumi
import pulumi_gcp as gcp


def kubeconfig_of(cluster: gcp.container.Cluster, name: str) -> pulumi.Output[str]:
    """Return a kubeconfig that asks for a short-lived token at each use.

    The token is that of Google's Application Default Credentials, which Pulumi uses for the cloud too.
    """
    return pulumi.Output.all(
        endpoint=cluster.endpoint, authority=cluster.master_auth.cluster_ca_certificate
    ).apply(lambda known: _kubeconfig(name, str(known["endpoint"]), str(known["authority"])))


def _kubeconfig(name: str, endpoint: str, authority: str) -> str:
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": name,
                    "cluster": {
                        "server": f"https://{endpoint}",
                        "certificate-authority-data": authority,
                    },
                }
            ],
            "users": [
                {
                    "name": name,
                    "user": {
                        "exec": {
                            "apiVersion": "client.authentication.k8s.io/v1beta1",
                            "command": "gke-gcloud-auth-plugin",
                            "args": ["--use_application_default_credentials"],
                            "interactiveMode": "Never",
                            "provideClusterInfo": True,
                            "installHint": "gcloud components install gke-gcloud-auth-plugin",
                        }
                    },
                }
            ],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
    )
