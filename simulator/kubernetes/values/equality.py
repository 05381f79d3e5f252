"""When two values mean the same to Kubernetes although they are written differently."""

from __future__ import annotations

import base64
import binascii
import re
from decimal import Decimal
from typing import Any, cast

from simulator.kubernetes.values.wire import Object

__all__ = ["empty", "normalize", "pairing", "same", "text_of"]

# Where the API holds quantities: maps of them, and single ones.
_QUANTITY_MAPS = frozenset(
    {
        "allocatable",
        "capacity",
        "default",
        "defaultRequest",
        "hard",
        "limits",
        "max",
        "min",
        "overhead",
        "requests",
    }
)
_QUANTITIES = frozenset({"sizeLimit", "divisor", "averageValue"})
_QUANTITY = re.compile(r"^([+-]?[\d.]+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$")
_SUFFIXES = {
    **{suffix: Decimal(1000) ** power for power, suffix in enumerate("num", -3)},
    **{suffix: Decimal(1000) ** power for power, suffix in enumerate("kMGTPE", 1)},
    **{f"{suffix}i": Decimal(1024) ** power for power, suffix in enumerate("KMGTPE", 1)},
}

# By which field the items of a list are told apart, in this order; a list of anything else goes by position.
_KEYS = ("name", "key", "containerPort", "port", "mountPath", "type", "ip", "topologyKey")

_READ_ONLY = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "uid",
)


def same(one: Any, other: Any, within: str = "", key: str = "") -> bool:  # noqa: ANN401  any JSON values
    """Tell whether two scalars mean the same, at a key inside the object at another key."""
    if one == other:
        return isinstance(one, bool) == isinstance(other, bool)
    if within in _QUANTITY_MAPS or key in _QUANTITIES:
        amounts = _quantity(one), _quantity(other)
        return amounts[0] is not None and amounts[0] == amounts[1]
    return False


def _quantity(value: Any) -> Decimal | None:  # noqa: ANN401  any JSON value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    found = _QUANTITY.match(str(value))
    if found is None:
        return None
    number, suffix, exponent = found.groups()
    try:
        return Decimal(number) * (_SUFFIXES[suffix] if suffix else Decimal(10) ** int(exponent or 0))
    except ArithmeticError:
        return None


def empty(value: Any) -> bool:  # noqa: ANN401  any JSON value
    """Tell whether the API server leaves a value out of its answers."""
    return value is None or value is False or value in ("", 0) or value in ([], {})


def pairing(items: list[Any], others: list[Any]) -> list[Any | None]:
    """Return for each item its counterpart among others, None where there is none."""
    if all(isinstance(item, dict) for item in (*items, *others)):
        for key in _KEYS:
            index = {_hashable(cast("Object", other).get(key)): other for other in others}
            named = [_hashable(cast("Object", item).get(key)) for item in items]
            if None not in named and len(set(named)) == len(named) and len(index) == len(others):
                return [index.get(name) for name in named]
    return [others[position] if position < len(others) else None for position in range(len(items))]


def _hashable(value: Any) -> Any:  # noqa: ANN401  any JSON value
    return value if isinstance(value, str | int) else None


def normalize(inputs: Object) -> Object:
    """Return inputs without what the API server ignores, and a Secret's texts where the server keeps them."""
    normal = dict(inputs)
    metadata = normal.get("metadata")
    if isinstance(metadata, dict):
        known = cast("Object", metadata)
        normal["metadata"] = {key: value for key, value in known.items() if key not in _READ_ONLY}
    if normal.get("kind") == "CustomResourceDefinition":
        normal.pop("status", None)
    texts = normal.get("stringData")
    if normal.get("kind") == "Secret" and isinstance(texts, dict):
        coded = {key: _code(value) for key, value in cast("Object", texts).items()}
        normal["data"] = {**(normal.get("data") or {}), **coded}
        del normal["stringData"]
    return normal


def _code(value: Any) -> Any:  # noqa: ANN401  any JSON value
    return base64.b64encode(value.encode()).decode() if isinstance(value, str) else value


def text_of(coded: Any) -> str | None:  # noqa: ANN401  any JSON value
    """Return the text in a Secret's value, None where it is none."""
    try:
        return base64.b64decode(str(coded), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
