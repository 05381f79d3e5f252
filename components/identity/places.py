"""What the programs of login share: a namespace each, restarts when a secret changes."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pulumi
from pulumi_kubernetes.core.v1 import Namespace

from ..contracts import Mesh, Namespaces
from ..kube.pulling import make_pull_secret
from ..kube.scope import COMPONENT_LABEL, MANAGED_BY, Place, Scope

COMPONENT = "identity"
FOLDER = Path(__file__).parent


def own_namespace(parent: pulumi.Resource, name: str, namespaces: Namespaces, mesh: Mesh) -> Scope:
    """Declare a namespace whose pods are in the mesh, and return the scope of what lives there."""
    created = Namespace(
        name,
        metadata={
            "name": name,
            "labels": {
                "istio-injection": "enabled",
                "pod-security.kubernetes.io/enforce": "restricted",
                "app.kubernetes.io/part-of": "kubeflow",
                "app.kubernetes.io/managed-by": MANAGED_BY,
                COMPONENT_LABEL: COMPONENT,
            },
        },
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[mesh.ready]),
    )
    make_pull_secret(name, created.metadata.name, pulumi.ResourceOptions(parent=parent))
    place = Place(name=name, created=created.metadata.name)
    return Scope(component=COMPONENT, parent=parent, namespaces=namespaces, elsewhere=place)


def gateway_scope(parent: pulumi.Resource, mesh_namespace: str, namespaces: Namespaces) -> Scope:
    """The scope of what lives beside the gateway's pods, in the namespace of the mesh itself."""
    place = Place(name=mesh_namespace, created=pulumi.Output.from_input(mesh_namespace))
    return Scope(component=COMPONENT, parent=parent, namespaces=namespaces, elsewhere=place)


def fingerprint(*values: pulumi.Input[str]) -> pulumi.Output[str]:
    """A text that is no secret and another one when one of the values is.

    It shows in the annotations of pods, and is safe there because what goes in cannot be guessed: random
    texts, and hashes that are slow to try.
    """

    def told(known: Sequence[str]) -> str:
        return hashlib.sha256("\0".join(known).encode()).hexdigest()[:16]

    return pulumi.Output.unsecret(pulumi.Output.all(*values).apply(told))
