"""What another stack says of its cluster: its output `contracts`, read back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_snake

from ..contracts import Capabilities, NodePool
from ..settings_base import SettingsError


@dataclass(frozen=True, kw_only=True)
class Referred:
    """A cluster that another stack has."""

    name: str
    storage_class: str
    node_pools: tuple[NodePool, ...]
    capabilities: Capabilities
    # Pulumi leaves outputs out that are null.
    shared_storage_class: str | None = None


def referred(cluster: Mapping[str, Any], stack: str) -> Referred:
    """Read the part `cluster` of a stack's output `contracts`.

    Raises SettingsError where it lacks something: that stack is of another release.
    """
    try:
        return TypeAdapter(Referred).validate_python(_fields(cluster))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise SettingsError(
            f"slipway:cluster.stack: the output `contracts` of {stack} cannot be read (cluster.{where}: "
            f"{first['msg']}): it was written by another release. Bring that stack up with this one first"
        ) from None


def _fields(value: object, key: str = "") -> Any:  # noqa: ANN401 # any JSON value
    """Keys as fields are spelt; those of labels are data and stay."""
    if isinstance(value, Mapping):
        keys = cast("Mapping[str, object]", value)
        return {name if key == "labels" else to_snake(name): _fields(one, name) for name, one in keys.items()}
    if isinstance(value, list):
        return [_fields(one, key) for one in cast("Sequence[object]", value)]
    return value
