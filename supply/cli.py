"""`python -m supply <command> --stack <stack>`: what a stack needs from outside."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from components.images.lock import Lock
from components.project import project_folder
from components.settings_base import SettingsError

from .declared import originals, stack_settings
from .images import asked, copies, lock_file, written
from .registry import TOOLS, Registry, RegistryError, tool_of_this_machine


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status."""
    given = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = given.command
    try:
        return command(given)
    except (SettingsError, RegistryError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m supply", description=__doc__)
    commands = parser.add_subparsers(required=True)
    told: Mapping[str, tuple[Callable[[argparse.Namespace], int], str]] = {
        "list": (_list, "print the images of a stack, as their projects name them"),
        "lock": (_lock, "ask the registries for digests and platforms, and write the lock file"),
        "copy": (_copy, "print the commands that copy the images into the stack's mirror"),
    }
    for name, (command, text) in told.items():
        one = commands.add_parser(name, help=text, description=text)
        one.add_argument("--stack", default="local", help="name of the stack (default: local)")
        one.set_defaults(command=command)
        if name != "list":
            one.add_argument("--tool", choices=TOOLS, help="default: the first that is on PATH")
    return parser


def _list(given: argparse.Namespace) -> int:
    for image in originals(given.stack):
        print(image)
    return 0


def _lock(given: argparse.Namespace) -> int:
    settings = stack_settings(given.stack).images
    registry = Registry(tool=given.tool or tool_of_this_machine())
    images = originals(given.stack)
    try:
        found = asked(images, registry)
    except RegistryError as error:
        missing = str(error).splitlines()
        raise RegistryError(
            f"{len(missing)} of {len(images)} images are not known, and nothing was written:\n{error}"
        ) from None
    file = lock_file(given.stack, settings)
    file.write_text(written(given.stack, found), encoding="utf-8")
    shown = file.relative_to(project_folder()) if file.is_relative_to(project_folder()) else file
    print(f"locked {len(found)} images in {shown}")
    if settings.lock is None:
        print(f"to pull by these digests: pulumi config set --path slipway:images.lock {shown}")
    return 0


def _copy(given: argparse.Namespace) -> int:
    settings = stack_settings(given.stack).images
    registry = Registry(tool=given.tool or "skopeo")
    locked = Lock.read(settings.lock).images if settings.lock else {}
    lines = [registry.copy(*pair) for pair in copies(originals(given.stack), settings, locked)]
    print("\n".join(["#!/bin/sh", "set -e", *lines]))
    return 0
