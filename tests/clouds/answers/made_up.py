"""Values made up from the types that an SDK declares, plausible in form by the names of the properties."""

import hashlib
import re
import typing
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.clouds.declared import Declared, alternatives, is_outputs, output_fields

_DATE = "2026-01-02T03:04:05Z"
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


def made_up(declaration: Declared, given: Mapping[str, Any], identifier: str, seed: str) -> dict[str, Any]:
    """The outputs that only the cloud could know: those that are no inputs, and are not given."""
    return {
        name: _value(name, expected, identifier, f"{seed}/{name}")
        for name, expected in declaration.outputs.items()
        if name not in given and name not in declaration.inputs.types
    }


def _value(name: str, expected: object, identifier: str, seed: str) -> Any:  # noqa: ANN401  any JSON value
    expected = alternatives(expected)[0]
    origin = typing.get_origin(expected)
    if is_outputs(expected):
        fields = output_fields(expected)
        return {key: _value(key, one, identifier, f"{seed}/{key}") for key, one in fields.items()}
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
