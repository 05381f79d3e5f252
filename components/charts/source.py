"""Where charts come from: their own repositories, a registry that mirrors them, or a folder of archives."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ..project import project_folder
from ..settings_base import Settings, SettingsError
from ..versions import Chart

KEY = "slipway:addons.source"

_DIGEST = re.compile(r"[0-9a-f]{64}")
_ARCHIVE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*\.tgz")


def _checksums(given: Mapping[str, str]) -> Mapping[str, str]:
    for archive, digest in given.items():
        if not _ARCHIVE.fullmatch(archive):
            raise ValueError(
                f"'{archive}' is not the name of an archive: base-1.30.3.tgz, as helm pull writes it"
            )
        if not _DIGEST.fullmatch(digest):
            raise ValueError(
                f"'{archive}' has the checksum '{digest}', which is not a SHA-256 digest (64 characters of 0 "
                "to 9 and a to f, as sha256sum prints it)"
            )
    return given


class RepositoriesSource(Settings):
    """Each project's own repository, as components/versions.py names it."""

    kind: Literal["repositories"] = "repositories"


class MirrorSource(Settings):
    """A registry that holds copies of all charts under one path."""

    kind: Literal["mirror"] = "mirror"
    registry: str = Field(
        pattern=r"^oci://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]+)?(/[a-z0-9._-]+)*$",
        description="Path before the name of a chart: oci://registry.example.com/charts. Credentials are "
        "those of `helm registry login`.",
    )


class FolderSource(Settings):
    """A folder of archives, as `helm pull` writes them, each held to its checksum."""

    kind: Literal["folder"] = "folder"
    path: str = Field(min_length=1, description="The folder, absolute or below the project's own folder.")
    checksums: Annotated[Mapping[str, str], AfterValidator(_checksums)] = Field(
        description="SHA-256 of each archive by its name: base-1.30.3.tgz."
    )


SourceSettings = Annotated[RepositoriesSource | MirrorSource | FolderSource, Field(discriminator="kind")]


@dataclass(frozen=True, kw_only=True)
class Located:
    """How helm finds a chart. `repository` and `version` are empty where `chart` alone says it."""

    chart: str
    repository: str = ""
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class ChartSource:
    """Where the charts of a stack come from."""

    settings: RepositoriesSource | MirrorSource | FolderSource = field(default_factory=RepositoriesSource)

    def locate(self, pin: Chart) -> Located:
        """Return how helm finds a pinned chart."""
        match self.settings:
            case FolderSource(path=path):
                return Located(chart=str(project_folder() / Path(path).expanduser() / pin.archive))
            case MirrorSource(registry=registry):
                return Located(chart=f"{registry}/{pin.name}", version=pin.version)
            case _ if pin.repository.startswith("oci://"):
                return Located(chart=f"{pin.repository}/{pin.name}", version=pin.version)
            case _:
                return Located(chart=pin.name, repository=pin.repository, version=pin.version)

    def check(self, pins: Iterable[Chart]) -> None:
        """Raise SettingsError, with a line for each, where archives are missing or not the expected ones."""
        if isinstance(self.settings, FolderSource):
            found = list(_problems(self.settings, pins))
            if found:
                raise SettingsError("\n".join(found))


def _problems(source: FolderSource, pins: Iterable[Chart]) -> Iterator[str]:
    folder = project_folder() / Path(source.path).expanduser()
    if not folder.is_dir():
        yield f"{KEY}.path: found '{source.path}', which is not a folder; allowed: a folder of chart archives"
        return
    for archive in dict.fromkeys(pin.archive for pin in pins):
        expected = source.checksums.get(archive)
        if expected is None:
            yield f"{KEY}.checksums: has no '{archive}', which this stack needs; add its SHA-256"
        elif not (folder / archive).is_file():
            yield f"{KEY}.path: '{source.path}' has no {archive}, which this stack needs; `helm pull` gets it"
        elif (actual := hashlib.sha256((folder / archive).read_bytes()).hexdigest()) != expected:
            yield (
                f"{KEY}.checksums.{archive}: found an archive with {actual}; allowed: {expected}. Take the "
                "archive from its repository again, or correct the checksum if it was changed on purpose"
            )
