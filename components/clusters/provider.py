"""The provider through which a cluster's objects are made, the same for every kind of cluster."""

import pulumi
import pulumi_kubernetes as k8s


def cluster_provider(
    name: str,
    *,
    kubeconfig: pulumi.Input[str],
    identifier: pulumi.Input[str],
    context: str | None = None,
    opts: pulumi.ResourceOptions,
) -> k8s.Provider:
    """Declare the provider of a cluster.

    `identifier` stays for as long as the cluster lives: one that was made anew is another cluster, whatever
    its address, and so are its objects.
    """
    return k8s.Provider(
        name,
        kubeconfig=kubeconfig,
        context=context,
        cluster_identifier=identifier,
        # What an interrupted run has left is taken over, and a team that comes back finds its data.
        upsert_existing_objects=True,
        # A change of configuration is written in place; pods restart by the digest in their template.
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
        opts=opts,
    )
