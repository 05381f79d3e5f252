"""What a cloud's own SDK declares of a resource: its inputs and outputs, by their names on the wire."""

import importlib
import inspect
import sys
import types
import typing
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pulumi

# The SDKs keep wire names and types where their own serializer finds them, and offer no other way to them.
from pulumi import _types as sdk_types  # pyright: ignore[reportPrivateUsage]
from pulumi.runtime import rpc

PACKAGES = {"aws": "pulumi_aws", "gcp": "pulumi_gcp", "azure-native": "pulumi_azure_native"}
"""The clouds' packages, as type tokens begin, and the SDK of each."""

_PROVIDERS = "pulumi:providers:"


class NoSuchTypeError(Exception):
    """A type token that no cloud's SDK has."""


@dataclass(frozen=True)
class Fields:
    """Names on the wire with their types, and which of them are required."""

    types: Mapping[str, object]
    required: frozenset[str]


@dataclass(frozen=True)
class Declared:
    """A resource's inputs, and the types of its outputs (which repeat the inputs)."""

    inputs: Fields
    outputs: Mapping[str, object]


def is_cloud(token: str) -> bool:
    """Whether a type token is of a cloud's package, or of such a package's provider."""
    return token.removeprefix(_PROVIDERS).partition(":")[0] in PACKAGES


@cache
def declared(token: str) -> Declared:
    """What the SDK declares of the resource with that type token. Raises NoSuchTypeError."""
    resource = _resource(token)
    module = sys.modules[resource.__module__]
    arguments = getattr(module, f"{resource.__name__}InitArgs", None)
    arguments = arguments or getattr(module, f"{resource.__name__}Args")
    return Declared(fields(arguments), sdk_types.resource_types(resource))


def _resource(token: str) -> type:
    provider = token.startswith(_PROVIDERS)
    package = token.removeprefix(_PROVIDERS).partition(":")[0]
    if package not in PACKAGES:
        raise NoSuchTypeError(f"{token} is not of {', '.join(PACKAGES)}")
    sdk = importlib.import_module(PACKAGES[package])
    if provider:
        return sdk.Provider
    _, module, _ = token.split(":")
    # What the SDK registers so that the engine's resource references find their classes.
    registered: Any = rpc.get_resource_module(package, module, "")
    name = registered and registered.mod_info["classes"].get(token)
    if not name:
        raise NoSuchTypeError(f"{PACKAGES[package]} has no resource {token}")
    return getattr(importlib.import_module(registered.mod_info["fqn"]), name)


@cache
def fields(arguments: type) -> Fields:
    """The fields of a class of arguments."""
    names = sdk_types.input_type_py_to_pulumi_names(arguments)
    parameters = inspect.signature(arguments.__init__).parameters.values()
    needed = (one.name for one in parameters if one.kind is one.KEYWORD_ONLY and one.default is one.empty)
    return Fields(sdk_types.input_type_types(arguments), frozenset(names[name] for name in needed))


def is_arguments(one: object) -> typing.TypeGuard[type]:
    """Whether a type is a class of nested arguments."""
    return isinstance(one, type) and sdk_types.is_input_type(one)


@cache
def output_fields(one: type) -> Mapping[str, object]:
    """The fields of a class of nested outputs."""
    return sdk_types.output_type_types(one)


def is_outputs(one: object) -> typing.TypeGuard[type]:
    """Whether a type is a class of nested outputs."""
    return isinstance(one, type) and sdk_types.is_output_type(one)


def alternatives(expected: object) -> tuple[object, ...]:
    """The types that a value may have, without the awaitables and outputs of an input, and without None."""
    if typing.get_origin(expected) in (typing.Union, types.UnionType):
        outer = (Awaitable, pulumi.Output)
        return tuple(
            inner
            for one in typing.get_args(expected)
            if one is not type(None) and typing.get_origin(one) not in outer
            for inner in alternatives(one)
        )
    return (expected,)
