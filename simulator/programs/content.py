"""An image's content (OCI image spec 1.1): a small layer of folders, links and scripts; its configuration."""

from __future__ import annotations

import io
import json
import platform
import posixpath
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from simulator.programs import machine
from simulator.programs.model import MOUNT, DebianPackages, Image, PythonPackages
from simulator.programs.pypi import SITE
from simulator.programs.store import Store

PYTHON = f"{MOUNT}/python"
_Value = TypeVar("_Value")
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_SYSTEM_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_FOLDERS = {
    "/tmp": 0o1777,
    "/var/tmp": 0o1777,
    # Python may be installed there, and is run by everyone.
    "/root": 0o755,
    "/home": 0o755,
    "/run": 0o755,
    "/proc": 0o755,
    "/sys": 0o755,
    "/dev": 0o755,
}


def architecture() -> str:
    """Return this machine's architecture by its name in images."""
    return _ARCHITECTURES.get(platform.machine(), platform.machine())


def configuration(image: Image, layer: str) -> bytes:
    """Return the image's configuration; `layer` is the digest of its only layer."""
    return json.dumps(
        {
            "architecture": architecture(),
            "os": "linux",
            "config": {
                "Entrypoint": list(image.entrypoint),
                "Cmd": list(image.arguments),
                "Env": [f"{name}={value}" for name, value in environment(image).items()],
                "User": image.user,
                "WorkingDir": image.directory,
            },
            "rootfs": {"type": "layers", "diff_ids": [layer]},
        },
        sort_keys=True,
    ).encode()


def environment(image: Image) -> Mapping[str, str]:
    """Return the variables of an image: how commands, libraries and packages of its sources are found."""
    path: list[str] = []
    libraries: list[str] = []
    packages: list[str] = []
    for source in image.sources:
        home = f"{MOUNT}/{source.name}"
        if isinstance(source, PythonPackages):
            path.append(f"{home}/{SITE}/bin")
            packages.append(f"{home}/{SITE}")
        elif isinstance(source, DebianPackages):
            path += [f"{home}/usr/sbin", f"{home}/usr/bin"]
            libraries += [f"{home}/usr/lib/{platform.machine()}-linux-gnu", f"{home}/usr/lib"]
        else:
            path.append(f"{home}/bin")
    found = {"PATH": ":".join((*path, f"{PYTHON}/bin", *_SYSTEM_PATH))}
    if libraries:
        found["LD_LIBRARY_PATH"] = ":".join(libraries)
    if packages:
        found["PYTHONPATH"] = ":".join(packages)
    return {**found, **image.environment}


def layer(image: Image, store: Store) -> bytes:
    """Return the image's layer, a tar archive: the same bytes for the same image on the same machine."""
    folders, links = _resolved(dict(_folders(image, store))), _resolved(dict(_links(image, store)))
    files = _resolved({**_accounts(image), **_environment_of_python(), **image.files})
    links = {**machine.links((*folders, *links, *files)), **links}
    parents = {parent for path in (*folders, *links, *files) for parent in _parents(path)}
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as archive:
        for path in sorted({*parents, *folders} - links.keys()):
            archive.addfile(_entry(path, tarfile.DIRTYPE, folders.get(path, 0o755)))
        for path, target in sorted(links.items()):
            entry = _entry(path, tarfile.SYMTYPE, 0o777)
            entry.linkname = target
            archive.addfile(entry)
        for path, text in sorted(files.items()):
            content = text.encode()
            entry = _entry(path, tarfile.REGTYPE, 0o755 if text.startswith("#!") else 0o644)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return output.getvalue()


def _folders(image: Image, store: Store) -> Iterator[tuple[str, int]]:
    yield from _FOLDERS.items()
    # A container runtime makes what it mounts on; here they are made before, for everyone to look into.
    yield from ((path, 0o755) for path in machine.mounts(store.root))
    yield from image.folders.items()


def _links(image: Image, store: Store) -> Iterator[tuple[str, str]]:
    yield "/var/run", "/run"
    for name in ("python", "python3"):
        yield f"{PYTHON}/bin/{name}", str(machine.python_home() / "bin/python3")
    for source in image.sources:
        yield f"{MOUNT}/{source.name}", f"{machine.STORE}/{store.home(source).name}"
    yield from image.links.items()


def _environment_of_python() -> Mapping[str, str]:
    """A virtual environment without packages: those of this machine's Python are no image's."""
    home = machine.python_home() / "bin"
    return {f"{PYTHON}/pyvenv.cfg": f"home = {home}\ninclude-system-site-packages = false\n"}


def _accounts(image: Image) -> Mapping[str, str]:
    """Names for root and the image's user: some programs look up who they are."""
    user, _, group = image.user.partition(":")
    users, groups = ["root:x:0:0:root:/root:/bin/sh"], ["root:x:0:"]
    if user.isdigit() and user != "0":
        group = group or "0"
        users.append(f"user:x:{user}:{group}:user:/tmp:/bin/sh")
        if group != "0":
            groups.append(f"user:x:{group}:")
    return {
        "/etc/passwd": "\n".join(users) + "\n",
        "/etc/group": "\n".join(groups) + "\n",
        "/etc/nsswitch.conf": "hosts: files dns\n",
    }


def _resolved(paths: Mapping[str, _Value]) -> dict[str, _Value]:
    return {machine.resolved(path): value for path, value in paths.items()}


def _parents(path: str) -> Iterator[str]:
    while (path := posixpath.dirname(path)) != "/":
        yield path


def _entry(path: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(str(Path(path).relative_to("/")))
    entry.type, entry.mode = kind, mode
    return entry
