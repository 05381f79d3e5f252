"""API types as Pulumi resources."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pulumi
from pulumi_kubernetes.apiextensions.v1 import CustomResourceDefinition

from .loading import load_api_types

if TYPE_CHECKING:
    from pulumi_kubernetes.apiextensions.v1 import CustomResourceDefinitionSpecArgsDict
    from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict


def api_types(
    path: Path,
    *,
    parent: pulumi.Resource,
    depends_on: Sequence[pulumi.Resource] | None = None,
    webhooks: bool = True,
) -> tuple[CustomResourceDefinition, ...]:
    """Creates every API type of a file or folder, each named as Kubernetes names it: `<plural>.<group>`.

    Objects of these kinds have to wait for them: a resource that depends on one of the returned waits until
    the API server serves it. They are the largest objects, and Pulumi writes its whole state anew with every
    object: large ones had better come after a small one of their component (`depends_on`). `webhooks` says
    whether the cluster reaches webhooks in pods; where it does not, none is declared for conversion, and
    versions are converted by their name only.
    Raises ApiTypesError where the notation is wrong.
    """
    created: list[CustomResourceDefinition] = []
    for manifest in load_api_types(path):
        metadata, spec = manifest["metadata"], manifest["spec"]
        if not webhooks:
            spec = {key: value for key, value in spec.items() if key != "conversion"}
            metadata = {"name": metadata["name"]} if "conversion" in manifest["spec"] else metadata
        created.append(
            CustomResourceDefinition(
                metadata["name"],
                metadata=cast("ObjectMetaArgsDict", metadata),
                spec=cast("CustomResourceDefinitionSpecArgsDict", spec),
                opts=pulumi.ResourceOptions(parent=parent, depends_on=depends_on),
            )
        )
    return tuple(created)


def by_kind(path: Path, created: Sequence[CustomResourceDefinition]) -> dict[str, pulumi.Resource]:
    """What `api_types` created from the same path, by kind: for components that watch types of others."""
    kinds = (str(manifest["spec"]["names"]["kind"]) for manifest in load_api_types(path))
    return dict(zip(kinds, created, strict=True))
