"""`python -m ci.stackfile`: a stack of a build's own, made of the file of another one.

    python -m ci.stackfile --base kind --name build --overlay laptop

writes `stacks/Pulumi.build.yaml`: what `kind` says, with that overlay after its own. Only the file is made;
`make up STACK=build` creates the stack.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import yaml

from simulator.driver.errors import DriverError
from simulator.driver.project import Project

_OVERLAYS, _CLUSTER = "slipway:overlays", "slipway:cluster"
_CLOUDS = ("aws", "gcp", "azure")
# A salt and a key belong to the stack whose secrets they protect, as do its encrypted values.
_OF_ONE_STACK = ("encryptionsalt", "encryptedkey", "secretsprovider")


def derive(
    name: str, base: str, overlays: Sequence[str] = (), *, tags: Mapping[str, str] | None = None
) -> Path:
    """Write the file of stack `name` from that of `base`, and return it; the same again changes nothing.

    `tags` are put on everything in a cloud.

    Raises DriverError where there is no such base, or where it holds encrypted values: nobody but that stack
    can read them.
    """
    stack = Project.find().stack(base)
    config = dict(stack.config)
    if encrypted := sorted(key for key, value in config.items() if _is_encrypted(value)):
        raise DriverError(
            f"{stack.file.name} holds secrets of stack '{base}' ({', '.join(encrypted)}), which no other "
            f"stack can read: use a base without, and let '{name}' have its own"
        )
    given = cast("list[str]", config.get(_OVERLAYS, []))
    if chosen := [*given, *(overlay for overlay in overlays if overlay not in given)]:
        config[_OVERLAYS] = chosen
    if tags and stack.provider in _CLOUDS:
        cluster = cast("Mapping[str, Any]", config[_CLUSTER])
        config[_CLUSTER] = {**cluster, "tags": {**cluster.get("tags", {}), **tags}}
    file = stack.file.with_name(f"Pulumi.{name}.yaml")
    kept: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    content = {"config": config, **{key: kept[key] for key in _OF_ONE_STACK if key in kept}}
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return file


def _is_encrypted(value: object) -> bool:
    if isinstance(value, Mapping):
        values = cast("Mapping[str, object]", value)
        return set(values) == {"secure"} or any(_is_encrypted(one) for one in values.values())
    return isinstance(value, list) and any(_is_encrypted(one) for one in cast("list[object]", value))


def main(arguments: Sequence[str] | None = None) -> int:
    """Write one; return an exit status."""
    parser = argparse.ArgumentParser(prog="python -m ci.stackfile", description="Makes a stack's file.")
    parser.add_argument("--base", required=True, help="stack whose settings it has")
    parser.add_argument("--name", required=True, help="name of the new stack")
    parser.add_argument("--overlay", action="append", default=[], help="overlay after those of the base")
    given = parser.parse_args(arguments)
    try:
        print(derive(str(given.name), str(given.base), [str(one) for one in given.overlay]))
    except DriverError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
