"""What another stack says of its cluster: its output `contracts`, read back."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args, get_origin, get_type_hints

import pulumi
from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel, to_snake

from ..contracts import AwsCloud, AzureCloud, Capabilities, GcpCloud, NodePool
from ..settings_base import SettingsError

_CLOUDS = {one.provider: one for one in (AwsCloud, GcpCloud, AzureCloud)}


@dataclass(frozen=True, kw_only=True)
class _Told:
    name: str
    storage_class: str
    node_pools: tuple[NodePool, ...]
    capabilities: Capabilities
    # Pulumi leaves outputs out that are null.
    shared_storage_class: str | None = None


@dataclass(frozen=True, kw_only=True)
class Referred(_Told):
    """A cluster that another stack has. `cloud` is None where it belongs to none."""

    cloud: AwsCloud | GcpCloud | AzureCloud | None = None


def referred(cluster: Mapping[str, Any], stack: str) -> Referred:
    """Read the part `cluster` of a stack's output `contracts`.

    Raises SettingsError where it lacks something: that stack is of another release.
    """
    try:
        told = TypeAdapter(_Told).validate_python(_fields(_with_images(cluster)))
        cloud = _cloud(cluster["cloud"]) if "cloud" in cluster else None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _unreadable(stack, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (KeyError, TypeError) as error:
        raise _unreadable(stack, f"cloud: {error}") from None
    return Referred(**{one.name: getattr(told, one.name) for one in dataclasses.fields(told)}, cloud=cloud)


def _with_images(cluster: Mapping[str, Any]) -> Mapping[str, Any]:
    """The cluster with the images that run on it, where a release tells that did not say which.

    It knew all or none: whether charts may be installed, and whether webhooks can be reached.
    """
    told: object = cluster.get("capabilities")
    if not isinstance(told, Mapping):
        return cluster
    capabilities = cast("Mapping[str, Any]", told)
    if "images" in capabilities or not {"charts", "admissionWebhooks"} <= capabilities.keys():
        return cluster
    added: dict[str, object] = {
        "images": "all" if capabilities["charts"] else [],
        "reachesPods": capabilities["admissionWebhooks"],
    }
    return {**cluster, "capabilities": {**capabilities, **added}}


def _unreadable(stack: str, reason: str) -> SettingsError:
    return SettingsError(
        f"slipway:cluster.stack: the output `contracts` of {stack} cannot be read (cluster.{reason}): it was "
        "written by another release. Bring that stack up with this one first"
    )


def _cloud(told: Mapping[str, Any]) -> AwsCloud | GcpCloud | AzureCloud:
    """An account of a cloud. What only the other stack's run could wait for is there."""
    kind = _CLOUDS[told["provider"]]
    types = get_type_hints(kind)
    names = {field.name: to_camel(field.name) for field in dataclasses.fields(kind)}
    return kind(**{name: _value(types[name], told[key]) for name, key in names.items() if key in told})


def _value(expected: Any, value: Any) -> Any:  # noqa: ANN401 # any type, and any JSON value
    kinds = {get_origin(one) for one in (expected, *get_args(expected))}
    if isinstance(value, list):
        return tuple(_value(get_args(expected)[0], one) for one in cast("Sequence[object]", value))
    return pulumi.Output.from_input(value) if pulumi.Output in kinds else value


def _fields(value: object, key: str = "") -> Any:  # noqa: ANN401 # any JSON value
    """Keys as fields are spelt; those of labels are data and stay."""
    if isinstance(value, Mapping):
        keys = cast("Mapping[str, object]", value)
        return {name if key == "labels" else to_snake(name): _fields(one, name) for name, one in keys.items()}
    if isinstance(value, list):
        return [_fields(one, key) for one in cast("Sequence[object]", value)]
    return value
