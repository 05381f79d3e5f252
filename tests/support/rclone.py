#!/usr/bin/env python3
"""What the scripts ask of rclone, with folders below $BUCKETS in the place of remotes."""

import filecmp
import os
import shutil
import sys
from itertools import pairwise
from pathlib import Path

MISSING = 3


def place(name: str) -> Path:
    """The folder of `remote:path`, or a path as it is."""
    remote, colon, path = name.partition(":")
    return Path(os.environ["BUCKETS"], remote, path) if colon else Path(name)


def files(folder: Path) -> list[Path]:
    return sorted(one.relative_to(folder) for one in folder.rglob("*") if one.is_file())


def put(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def listed(folder: Path, *, folders_only: bool) -> int:
    if not folder.is_dir():
        return MISSING
    for one in sorted(folder.iterdir()):
        if one.is_dir() and files(one):
            print(f"{one.name}/")
        elif one.is_file() and not folders_only:
            print(one.name)
    return 0


def synced(source: Path, target: Path, replaced: Path) -> None:
    for one in files(target):
        if one not in files(source) or not filecmp.cmp(source / one, target / one, shallow=False):
            put(target / one, replaced / one)
            (target / one).unlink()
    for one in files(source):
        put(source / one, target / one)


def main(command: str, *given: str) -> int:
    known = ("--exclude", "--backup-dir")
    options = {name: value for name, value in pairwise(given) if name in known}
    names = [one for one in given if not one.startswith("--") and one not in options.values()]
    places = [place(one) for one in names]
    left_out = options.get("--exclude")
    match command:
        case "lsf":
            return listed(places[0], folders_only="--dirs-only" in given)
        case "purge":
            shutil.rmtree(places[0])
        case "copyto":
            put(*places)
        case "copy":
            for one in files(places[0]):
                if one.name != left_out:
                    put(places[0] / one, places[1] / one)
        case "check":
            return any(
                one.name != left_out and not filecmp.cmp(places[0] / one, places[1] / one, shallow=False)
                for one in files(places[0])
            )
        case "sync":
            synced(places[0], places[1], place(options["--backup-dir"]))
        case _:
            print(f"asked for {command}, which stands in for nothing here", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
