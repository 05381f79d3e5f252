"""Values made up from the types that an SDK declares, plausible in form by the names of the properties."""

import hashlib
import re
import typing
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from tests.clouds.declared import Declared, alternatives, is_outputs, output_fields

_DATE = "2026-01-02T03:04:05Z"
# What an object with an identity says of it, beside what was given.
_IDENTITY = ("principalId", "tenantId")
_AT = re.compile(r"(At|Time|Timestamp|Date)$")


@dataclass(frozen=True)
class Place:
    """The account that a provider works in, and where."""

    region: str
    account: str = "123456789012"
    partition: str = "aws"
    project: str = "acme-ml"
    project_number: str = "987654321098"
    subscription: str = "11111111-2222-4333-8444-555555555555"
    tenant: str = "66666666-7777-4888-9999-aaaaaaaaaaaa"


@dataclass(frozen=True)
class Made:
    """A resource's id and outputs."""

    id: str
    outputs: dict[str, Any]


def digest(seed: str, length: int = 17) -> str:
    """Hexadecimal digits, the same each time."""
    return hashlib.sha256(seed.encode()).hexdigest()[:length]


def uid(seed: str) -> str:
    """A UUID, the same each time."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, seed))


def is_map(expected: object) -> bool:
    """Whether a type is a map."""
    return typing.get_origin(expected) in (Mapping, dict)


def shaped(types: Mapping[str, object], given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given as it comes back: a list of ids comes back as a map from each to what it is.

    Azure does so with the identities of a resource.
    """
    return {name: _shaped(types.get(name), value) for name, value in given.items()}


def _shaped(expected: object, value: Any) -> Any:  # noqa: ANN401  any JSON value
    expected = alternatives(expected)[0]
    match value:
        case list() if is_map(expected):
            names = cast("list[str]", value)
            return {one: {"clientId": uid(one), "principalId": uid(f"{one}/principal")} for one in names}
        case dict() if is_outputs(expected):
            types, fields = output_fields(expected), cast("dict[str, Any]", value)
            found = {key: uid(f"{sorted(fields)}/{key}") for key in _IDENTITY if key in types}
            return found | shaped(types, fields)
        case _:
            return value


def made_up(declaration: Declared, given: Mapping[str, Any], identifier: str, seed: str) -> dict[str, Any]:
    """The outputs that only the cloud could know: those that are no inputs, and are not given."""
    return {
        name: _value(name, expected, identifier, f"{seed}/{name}")
        for name, expected in declaration.outputs.items()
        if name not in given and name not in declaration.inputs.types
    }


def _value(name: str, expected: object, identifier: str, seed: str, *, deep: bool = True) -> Any:  # noqa: ANN401  any JSON value
    expected = alternatives(expected)[0]
    origin = typing.get_origin(expected)
    if is_outputs(expected):
        # Types may contain themselves: of an object in an object only the plain fields are made up.
        return {
            key: _value(key, one, identifier, f"{seed}/{key}", deep=False)
            for key, one in output_fields(expected).items()
            if deep or not is_outputs(alternatives(one)[0])
        }
    if origin in (Sequence, list):
        return []
    if origin in (Mapping, dict):
        return {}
    if expected is bool:
        return False
    if expected is int or expected is float:
        return 1
    return _text(name, identifier, seed)


def _text(name: str, identifier: str, seed: str) -> str:
    if name.lower() in ("arn", "id", "selflink"):
        return identifier
    if _AT.search(name):
        return _DATE
    if name.lower().endswith(("principalid", "clientid", "objectid", "uid")):
        return uid(seed)
    if name.lower().endswith(("uri", "url", "endpoint")):
        return f"https://{digest(seed, 8)}.example.com/"
    return f"{name}-{digest(seed, 8)}"
