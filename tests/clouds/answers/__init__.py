"""What a cloud answers once it has made a resource: an id, and the outputs that nobody gave.

They are made up from what the SDK declares, plausible in form, and the same each time for the same resource.
Where the form matters to whoever reads it, the cloud's own table says it.
"""

import typing
from collections.abc import Mapping
from typing import Any, cast

from tests.clouds.answers import aws, azure, gcp
from tests.clouds.answers.made_up import Made, Place, is_map, made_up, shaped
from tests.clouds.declared import alternatives, declared, is_outputs, output_fields

__all__ = ["Made", "Place", "autonamed", "foreseen", "made"]

_CLOUDS = {"aws": aws, "gcp": gcp, "azure-native": azure}


def made(token: str, name: str, inputs: Mapping[str, Any], place: Place) -> Made:
    """Return what the cloud says of a resource that it has made from these inputs."""
    cloud = _CLOUDS[token.partition(":")[0]]
    answer = cloud.answer(token, name, inputs, place)
    given = {**shaped(declared(token).outputs, inputs), **answer.outputs}
    rest = made_up(declared(token), given, answer.id, seed=f"{token}/{name}")
    return Made(answer.id, {**rest, **given})


def foreseen(token: str, inputs: Mapping[str, Any], unknown: object) -> dict[str, Any]:
    """The outputs before the resource is made: what was given, and `unknown` for all that was not.

    At any depth. A real cloud's plugin may foresee some of the rest; a program that gets by without any of it
    gets by with that.
    """
    return _foreseen(declared(token).outputs, inputs, unknown)


def _foreseen(types: Mapping[str, object], given: Mapping[str, Any], unknown: object) -> dict[str, Any]:
    open_ = {name: unknown for name in types if given.get(name) is None}
    return {name: _inner(types.get(name), value, unknown) for name, value in given.items()} | open_


def _inner(expected: object, value: Any, unknown: object) -> Any:  # noqa: ANN401  any JSON value
    expected = alternatives(expected)[0]
    match value:
        case list() if is_map(expected):
            return unknown
        case dict() if is_outputs(expected):
            return _foreseen(output_fields(expected), cast("dict[str, Any]", value), unknown)
        case list() if inner := typing.get_args(expected):
            return [_inner(inner[0], one, unknown) for one in cast("list[Any]", value)]
        case _:
            return value


def autonamed(token: str, name: str, inputs: Mapping[str, Any], seed: str) -> dict[str, str]:
    """The name that the provider makes up where none is given, by the input that holds it."""
    declaration = declared(token).inputs
    kind = token.rpartition(":")[2]
    candidates = ("name", f"{kind[0].lower()}{kind[1:]}Name")
    if token.startswith("azure-native:"):
        candidates = (candidates[1], "resourceName", "accountName", "vaultName")
    for one in candidates:
        if one in declaration.types and one not in declaration.required:
            prefixed = inputs.get(f"{one}Prefix")
            return {} if inputs.get(one) or prefixed else {one: f"{name}-{seed}"}
    return {}
