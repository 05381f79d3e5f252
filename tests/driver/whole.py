"""A small stack, and what it means that it is whole."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.support.project import StackCopy

# A few components are enough work for a run that is to be killed.
COMPONENTS = ("profiles", "podDefaults", "dashboard", "notebooks")

_COLUMNS = (
    "KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name,"
    r"MANAGER:.metadata.labels.app\.kubernetes\.io/managed-by,OWNERS:.metadata.ownerReferences"
)
_NONE = "<none>"
# All of them are ours: the cluster brings none.
_API_TYPE = "CustomResourceDefinition"

Object = tuple[str, str]
"""An object's kind and its id as Pulumi writes it: `namespace/name`, or the name alone."""


def small(*, components: bool) -> dict[str, Any]:
    """The file of the smallest stack, with or without COMPONENTS."""
    from components.components_settings import ComponentsSettings  # noqa: PLC0415 (plain tests go without)

    every = [field.alias or name for name, field in ComponentsSettings.model_fields.items()]
    return {
        "config": {
            "slipway:cluster": {
                "provider": "simulated",
                "nodePools": [{"name": "system", "count": 1, "cpu": "16", "memory": "64Gi"}],
            },
            "slipway:components": {name: {"enabled": components and name in COMPONENTS} for name in every},
        }
    }


def assert_whole(copy: StackCopy) -> None:
    """The state and the cluster hold the same objects, each once, and a preview has nothing to do."""
    deployment = copy.deployment()
    assert not deployment.get("pending_operations")
    resources: list[dict[str, Any]] = deployment["resources"]
    assert len({resource["urn"] for resource in resources}) == len(resources)
    # The default provider of the dynamic resources is in the state, and no resource of the program.
    assert copy.changes() == {"same": len(resources) - 1}
    objects = [resource for resource in resources if resource["type"].startswith("kubernetes:")]
    stated = [(str(item["inputs"]["kind"]), str(item["id"])) for item in objects]
    assert len(set(stated)) == len(stated)
    found = existing(copy, [item["inputs"] for item in objects])
    assert set(stated) <= set(found)
    ours = {entry for entry, manager in found.items() if manager == "slipway" or entry[0] == _API_TYPE}
    assert ours <= set(stated)


def existing(copy: StackCopy, like: Iterable[Mapping[str, str]]) -> dict[Object, str]:
    """What manages each object of these kinds, without the objects that controllers made of others."""
    kinds: set[str] = set()
    for item in like:
        group, _, version = item["apiVersion"].rpartition("/")
        kinds.add(f"{item['kind']}.{version}.{group}")
    lines = copy.kubectl(
        "get", ",".join(sorted(kinds)), "--all-namespaces", f"--output=custom-columns={_COLUMNS}"
    )
    found: dict[Object, str] = {}
    for line in lines.splitlines()[1:]:
        kind, namespace, name, manager, owners = line.split(maxsplit=4)
        if owners.strip() == _NONE:
            found[kind, name if namespace == _NONE else f"{namespace}/{name}"] = manager
    return found
