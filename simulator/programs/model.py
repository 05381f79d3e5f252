"""The vocabulary of the table: what stands for an image, and how its program is had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MOUNT = "/opt/slipway"
"""Where a live container finds programs: `/opt/slipway/<source>`, read only."""


@dataclass(frozen=True, kw_only=True)
class GoPrograms:
    """Programs of one Go module, built from `modules/<name>/go.mod` and `go.sum`.

    Attributes:
        name: of the source and of its folder below `modules/`.
        version: of the module, without `v`.
        packages: main package by the program's name; it becomes `bin/<name>` of the source.
        variables: set by the linker, such as a version.
        tags: build tags.
        trees: folders or files of the module that the program reads when it runs: the path in the source, and
            `<module path>:<path in the module>`. They are copied out of Go's module cache, never kept here.
            A chart's folder becomes an archive where the path ends in `.tgz` (simulator/programs/charts.py).
        links: symbolic links of the module's repository that programs are compiled through, which Go leaves
            out of modules (go.dev/ref/mod, "Module zip files"): `<module path>:<path in the module>`, and
            where it leads from there.
    """

    name: str
    version: str
    packages: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    tags: tuple[str, ...] = ()
    trees: Mapping[str, str] = field(default_factory=dict[str, str])
    links: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class PythonPackages:
    """Packages of `python/<name>.txt` (locked, with hashes), installed into a folder.

    Attributes:
        version: of the package which it is all for.
        imports: modules that pods import. They are imported once when they are installed, without what the
            machine's own Python has: so it is known that nothing is missing, and Python keeps what it
            compiled, which it cannot in a container.

    A container finds them by PYTHONPATH and their commands by PATH, and runs them with the Python that runs
    this project: `/opt/slipway/python/bin/python3`.
    """

    name: str
    version: str
    imports: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DebianPackages:
    """Packages of Debian or Ubuntu, unpacked into a folder that is no part of the system.

    Attributes:
        packages: names; what they depend on comes with them, but for what the machine has already.
        version: of the program as its maintainers count; the distribution may have another patch level.

    A container finds their commands by PATH, and their libraries by LD_LIBRARY_PATH.
    """

    name: str
    version: str
    packages: tuple[str, ...]


Source = GoPrograms | PythonPackages | DebianPackages


@dataclass(frozen=True, kw_only=True)
class Image:
    """What stands for one image.

    Attributes:
        image: the image as it is deployed, from components/versions.py.
        sources: what its program needs, the first one being the program itself.
        entrypoint: what runs where a pod names no command; a pod's `args` come after it.
        arguments: what follows the entry point where a pod names no `args`.
        links: where paths in the container lead: `/manager` to `/opt/slipway/trainer/bin/manager`.
        files: text files in the container, by path, executable where they begin with `#!`: entry scripts.
        folders: empty folders in the container, by path, with their mode.
        user: as in an image's configuration: `uid[:gid]`.
        environment: of the container, beside or in place of what its sources need.
        directory: the working directory.
        version: of the program that runs, where it is not the image's own tag; shown to the user.
    """

    image: str
    sources: tuple[Source, ...]
    entrypoint: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict[str, str])
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    folders: Mapping[str, int] = field(default_factory=dict[str, int])
    user: str = "65532:65532"
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    directory: str = "/"
    version: str = ""

    @property
    def tag(self) -> str:
        """The image's tag; `latest` where it names none."""
        name = self.image.rsplit("/", 1)[-1]
        return name.partition(":")[2].partition("@")[0] or "latest"

    @property
    def differs(self) -> bool:
        """Whether another version runs than the one that is deployed."""
        return bool(self.version) and self.version.removeprefix("v") != self.tag.removeprefix("v")
