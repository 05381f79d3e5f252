"""Obtains tools from their projects' own releases, where those can be reached."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
import tarfile
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any, TextIO, cast

from simulator.tools.cache import executable
from simulator.tools.catalog import Download, PulumiInstaller, Tool
from simulator.tools.errors import UnavailableError
from simulator.tools.progress import Progress

SOURCE = "official installer"

_PROBE_SECONDS = 3.0
_STALL_SECONDS = 30.0
_CHUNK_BYTES = 1 << 20
_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


class Sites:
    """The sites that releases come from, each asked once whether it can be reached."""

    def __init__(self) -> None:
        """Know nothing yet but the proxies that the environment names."""
        self._opener = urllib.request.build_opener()
        self._unreachable: dict[str, str] = {}

    def open(self, url: str) -> IO[bytes]:
        """Open `url` for reading."""
        return self._opener.open(url, timeout=_STALL_SECONDS)

    def require(self, url: str) -> None:
        """Raise UnavailableError where the site of `url` does not answer."""
        parts = urllib.parse.urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._unreachable:
            self._unreachable[site] = _unreachable(self._opener, site)
        if reason := self._unreachable[site]:
            message = f"{parts.netloc} cannot be reached ({reason})"
            raise UnavailableError(message)


def fetch(sites: Sites, tool: Tool, stage: Path, log: TextIO, progress: Progress) -> dict[str, str]:
    """Put the tool's programs into `stage/bin` and return the version of each.

    Raises UnavailableError where the release cannot be reached, is not made for this machine, or is not what
    its published digest says.
    """
    if tool.official is None:
        message = f"nobody releases {tool.name} for download"
        raise UnavailableError(message)
    if isinstance(tool.official, PulumiInstaller):
        sites.require(tool.official.url)
        _install_pulumi(tool, tool.official, stage, log, progress)
    else:
        release = _for_this_machine(tool.official)
        sites.require(release.url)
        sites.require(release.digest)
        _download(sites, release, [stage / "bin" / name for name in tool.programs], log, progress)
    return dict.fromkeys(tool.programs, tool.version)


def _install_pulumi(
    tool: Tool, installer: PulumiInstaller, stage: Path, log: TextIO, progress: Progress
) -> None:
    # The SDK takes a second to import.
    from pulumi.automation import PulumiCommand  # noqa: PLC0415
    from semver import VersionInfo  # noqa: PLC0415

    progress.detail(f"running the installer of {_host(installer.url)}")
    try:
        PulumiCommand.install(root=str(stage), version=VersionInfo.parse(tool.version))
    except subprocess.CalledProcessError as error:
        output = (
            error.output.decode(errors="replace") if isinstance(error.output, bytes) else str(error.output)
        )
        log.write(output)
        last = output.strip().splitlines()[-1:] or ["no output"]
        message = f"Pulumi's installer ended with exit status {error.returncode}: {last[0]}"
        raise UnavailableError(message) from error
    except Exception as error:
        message = f"Pulumi's installer failed: {error}"
        raise UnavailableError(message) from error
    missing = [name for name in tool.programs if not executable(stage / "bin" / name)]
    if missing:
        message = f"Pulumi's installer brought no {', '.join(missing)}"
        raise UnavailableError(message)


def _for_this_machine(release: Download) -> Download:
    architecture = _ARCHITECTURES.get(platform.machine().lower())
    if sys.platform != "linux" or architecture is None:
        message = f"there is no release for {sys.platform} on {platform.machine()}"
        raise UnavailableError(message)
    fields = (release.url, release.digest, release.member)
    return Download(*(field.format(arch=architecture, program="{program}") for field in fields))


def _download(
    sites: Sites, release: Download, programs: Sequence[Path], log: TextIO, progress: Progress
) -> None:
    url = release.url
    try:
        expected = _digest(sites, release.digest, Path(urllib.parse.urlsplit(url).path).name)
        file = programs[0].with_name(f"{programs[0].name}.download")
        log.write(f"{url} with SHA-256 {expected}\n")
        found = hashlib.sha256()
        received = 0
        with sites.open(url) as answer, file.open("wb") as out:
            for chunk in _chunks(answer):
                out.write(chunk)
                found.update(chunk)
                received += len(chunk)
                progress.detail(f"{received >> 20} MiB from {_host(url)}")
    except (OSError, HTTPException, ValueError) as error:
        message = f"{url}: {error}"
        raise UnavailableError(message) from error
    if found.hexdigest() != expected:
        file.unlink()
        message = f"{url} has the SHA-256 digest {found.hexdigest()}, published is {expected}"
        raise UnavailableError(message)
    if release.member:
        for program in programs:
            _unpack(file, release.member.format(program=program.name), program)
        file.unlink()
    else:
        file.rename(programs[0])
    for program in programs:
        program.chmod(0o755)


def _unpack(archive: Path, member: str, program: Path) -> None:
    with tarfile.open(archive) as files:
        content = files.extractfile(member) if member in files.getnames() else None
        if content is None:
            message = f"the archive of the release has no file {member}"
            raise UnavailableError(message)
        with content, program.open("wb") as out:
            for chunk in _chunks(content):
                out.write(chunk)


def _digest(sites: Sites, url: str, file: str) -> str:
    """Return the published SHA-256 digest of a release file, 64 hexadecimal digits."""
    with sites.open(url) as answer:
        text = answer.read().decode()
    if url.endswith(".sha256"):
        digest = text.split()[0] if text.strip() else ""
    else:
        release = cast("dict[str, Any]", json.loads(text))
        digests = {asset.get("name"): str(asset.get("digest") or "") for asset in release.get("assets", [])}
        digest = digests.get(file, "").removeprefix("sha256:")
    if len(digest) != hashlib.sha256().digest_size * 2:
        message = f"no SHA-256 digest of {file} is published at {url}"
        raise UnavailableError(message)
    return digest


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK_BYTES):
        yield chunk


def _host(url: str) -> str:
    return urllib.parse.urlsplit(url).netloc


def _unreachable(opener: urllib.request.OpenerDirector, site: str) -> str:
    """Return why a site does not answer, or nothing where it does; known after a few seconds at most."""
    outcome: list[str] = []

    def probe() -> None:
        request = urllib.request.Request(site, method="HEAD")
        try:
            with opener.open(request, timeout=_PROBE_SECONDS):
                outcome.append("")
        except urllib.error.HTTPError:
            # An answer, whatever it says of the site's front page.
            outcome.append("")
        except (OSError, HTTPException) as error:
            outcome.append(str(getattr(error, "reason", error)))

    # Looking a name up has no timeout of its own, so the wait for it has.
    thread = threading.Thread(target=probe, daemon=True)
    thread.start()
    thread.join(_PROBE_SECONDS + 1)
    return outcome[0] if outcome else f"no answer within {_PROBE_SECONDS:.0f} s"
