"""`python -m supply <command> --stack <stack>`: what a stack needs from outside."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from components.images.lock import Lock, LockedImage
from components.platform_settings import platform_settings
from components.project import project_folder
from components.settings_base import SettingsError, merged

from .bundle import Wanted, gather
from .declared import declare, given, originals, stack_settings
from .images import asked, copies, lock_file, written
from .registry import TOOLS, Registry, RegistryError, tool_of_this_machine


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status."""
    asked_for = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = asked_for.command
    try:
        return command(asked_for)
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
        "check": (_check, "tell what reaches outside, as a stack with airgap.enabled would be refused for"),
        "bundle": (
            _bundle,
            "gather what a stack needs where there is no way outside, and tell what is missing",
        ),
    }
    for name, (command, text) in told.items():
        one = commands.add_parser(name, help=text, description=text)
        one.add_argument("--stack", default="local", help="name of the stack (default: local)")
        one.set_defaults(command=command)
        if name == "bundle":
            one.add_argument("--to", default="bundle", help="folder of the bundle (default: bundle)")
        if name in ("lock", "copy"):
            one.add_argument("--tool", choices=TOOLS, help="default: the first that is on PATH")
    return parser


def _list(asked_for: argparse.Namespace) -> int:
    for image in originals(asked_for.stack).images:
        print(image)
    return 0


def _lock(asked_for: argparse.Namespace) -> int:
    settings = stack_settings(asked_for.stack).images
    registry = Registry(tool=asked_for.tool or tool_of_this_machine())
    images = originals(asked_for.stack).images
    try:
        found = asked(images, registry)
    except RegistryError as error:
        missing = str(error).splitlines()
        raise RegistryError(
            f"{len(missing)} of {len(images)} images are not known, and nothing was written:\n{error}"
        ) from None
    file = lock_file(asked_for.stack, settings)
    file.write_text(written(asked_for.stack, found), encoding="utf-8")
    shown = file.relative_to(project_folder()) if file.is_relative_to(project_folder()) else file
    print(f"locked {len(found)} images in {shown}")
    if settings.lock is None:
        print(f"to pull by these digests: pulumi config set --path slipway:images.lock {shown}")
    return 0


def _copy(asked_for: argparse.Namespace) -> int:
    settings = stack_settings(asked_for.stack).images
    registry = Registry(tool=asked_for.tool or "skopeo")
    locked: Mapping[str, LockedImage] = Lock.read(settings.lock).images if settings.lock else {}
    lines = [registry.copy(*pair) for pair in copies(originals(asked_for.stack).images, settings, locked)]
    print("\n".join(["#!/bin/sh", "set -e", *lines]))
    return 0


def _check(asked_for: argparse.Namespace) -> int:
    settings = merged(given(asked_for.stack), {"airgap": {"enabled": True}})
    declared = declare(platform_settings(settings), asked_for.stack)
    print(f"{asked_for.stack} reaches for nothing outside; its {len(declared.images)} images are inside")
    return 0


def _bundle(asked_for: argparse.Namespace) -> int:
    wanted = Wanted(
        settings=stack_settings(asked_for.stack),
        originals=originals(asked_for.stack),
        folder=Path(asked_for.to).absolute(),
    )
    parts = gather(wanted)
    for part in parts:
        print(f"{part.name}: {', '.join(part.has) or 'nothing'}")
        for name, reason in (part.lacks or {}).items():
            print(f"  missing: {name}: {reason}")
    missing = sum(len(part.lacks or {}) for part in parts)
    print(f"{wanted.folder}: {f'{missing} missing, see above' if missing else 'complete'}")
    return 1 if missing else 0
