"""What a Kubernetes object says about itself, read without trusting its shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from simulator.kubernetes.values.wire import Object

__all__ = [
    "Type",
    "annotation",
    "conditions",
    "label",
    "metadata",
    "name_of",
    "namespace_of",
    "parse_id",
    "pluck",
    "resource_id",
    "type_of",
]

ANNOTATION_AUTONAMED = "pulumi.com/autonamed"
ANNOTATION_SKIP_AWAIT = "pulumi.com/skipAwait"
ANNOTATION_WAIT_FOR = "pulumi.com/waitFor"
ANNOTATION_TIMEOUT = "pulumi.com/timeoutSeconds"
ANNOTATION_REPLACE_UNREADY = "pulumi.com/replaceUnready"
ANNOTATION_PATCH_FORCE = "pulumi.com/patchForce"
ANNOTATION_FIELD_MANAGER = "pulumi.com/patchFieldManager"
ANNOTATION_PROPAGATION = "pulumi.com/deletionPropagationPolicy"
ANNOTATION_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True)
class Type:
    """An API type: group ("" for the core group), version and kind."""

    group: str
    version: str
    kind: str

    @property
    def api_version(self) -> str:
        """As an object's `apiVersion` spells group and version."""
        return f"{self.group}/{self.version}" if self.group else self.version


def type_of(value: Object) -> Type:
    """Return the API type that an object declares; Pulumi's `core` stands for the core group."""
    group, _, version = str(value.get("apiVersion") or "").rpartition("/")
    return Type("" if group == "core" else group, version, str(value.get("kind") or ""))


def pluck(value: Any, *path: str) -> Any:  # noqa: ANN401  any JSON value
    """Return what stands at a path of keys, None where there is nothing or something in the way."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = cast("Object", value).get(key)
    return value


def metadata(value: Object) -> Object:
    """Return the metadata of an object, empty where there is none or it is unknown."""
    found = value.get("metadata")
    return cast("Object", found) if isinstance(found, dict) else {}


def name_of(value: Object) -> str:
    """Return an object's name, "" where it has none or it is unknown."""
    found = metadata(value).get("name")
    return found if isinstance(found, str) else ""


def namespace_of(value: Object) -> str:
    """Return an object's namespace, "" where it has none or it is unknown."""
    found = metadata(value).get("namespace")
    return found if isinstance(found, str) else ""


def annotation(value: Object, key: str) -> str:
    """Return an annotation of an object, "" where it is not set or unknown."""
    found = pluck(value, "metadata", "annotations", key)
    return found if isinstance(found, str) else ""


def label(value: Object) -> str:
    """Return how messages name an object: kind, namespace and name."""
    namespace = namespace_of(value)
    place = f"{namespace}/" if namespace else ""
    return f"{value.get('kind') or 'object'} {place}{name_of(value) or '(without a name)'}"


def conditions(value: Object) -> dict[str, Object]:
    """Return the conditions in an object's status by their type."""
    found = pluck(value, "status", "conditions")
    if not isinstance(found, list):
        return {}
    items = [cast("Object", item) for item in cast("list[Any]", found) if isinstance(item, dict)]
    return {str(item.get("type")): item for item in items}


def resource_id(value: Object) -> str:
    """Return Pulumi's id of an object: its name, after its namespace where it has one."""
    namespace = namespace_of(value)
    return f"{namespace}/{name_of(value)}" if namespace else name_of(value)


def parse_id(identifier: str) -> tuple[str, str]:
    """Return namespace ("" without one) and name of an id."""
    namespace, _, name = identifier.rpartition("/")
    return namespace, name
