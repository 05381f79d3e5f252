"""A folder with all that a stack needs where there is no way outside, as far as it can be had here.

Each part says what it has, or why it has nothing: a bundle that only looks complete is found out too late.
"""

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from components.images.lock import Lock, LockedImage
from components.platform_settings import PlatformSettings
from components.project import project_folder
from components.settings_base import SettingsError
from simulator.tools.cache import Cache

from .declared import Declared
from .images import copies
from .registry import Registry

_PLUGINS = {"aws": "aws", "gcp": "gcp", "azure": "azure-native"}
_SECONDS = 1800


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a bundle: what is in it, and what is missing with the reason."""

    name: str
    has: tuple[str, ...] = ()
    lacks: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a bundle is for.

    Attributes:
        originals: what the stack declares with images and charts from their projects.
        folder: where the bundle is put.
    """

    settings: PlatformSettings
    originals: Declared
    folder: Path

    @property
    def cloud(self) -> bool:
        """Whether the stack needs the SDK of a cloud."""
        return self.settings.cluster.provider in _PLUGINS


def gather(wanted: Wanted) -> list[Part]:
    """Gather each part, and write what there is and what there is not into `bundle.yaml`."""
    wanted.folder.mkdir(parents=True, exist_ok=True)
    gatherers: Sequence[Callable[[Wanted], Part]] = (_images, _charts, _packages, _plugins, _tools)
    parts = [gatherer(wanted) for gatherer in gatherers]
    held = {part.name: {"has": list(part.has), "lacks": dict(part.lacks or {})} for part in parts}
    (wanted.folder / "bundle.yaml").write_text(yaml.safe_dump(held, sort_keys=False), encoding="utf-8")
    return parts


def _images(wanted: Wanted) -> Part:
    """The list, and the commands that copy: images themselves go from registry to registry."""
    images, settings = wanted.originals.images, wanted.settings.images
    (wanted.folder / "images.txt").write_text("\n".join([*images, ""]), encoding="utf-8")
    try:
        locked: Mapping[str, LockedImage] = Lock.read(settings.lock).images if settings.lock else {}
        pairs = list(copies(images, settings, locked))
    except SettingsError as error:
        return Part(name="images", has=("images.txt",), lacks={"copy-images.sh": str(error)})
    lines = [Registry(tool="skopeo").copy(*pair) for pair in pairs]
    script = wanted.folder / "copy-images.sh"
    script.write_text("\n".join(["#!/bin/sh", "set -e", *lines, ""]), encoding="utf-8")
    script.chmod(0o755)
    return Part(name="images", has=("images.txt", script.name))


def _charts(wanted: Wanted) -> Part:
    """Archives, with the settings by which a stack takes them, checksums included."""
    folder = wanted.folder / "charts"
    folder.mkdir(exist_ok=True)
    checksums: dict[str, str] = {}
    lacks: dict[str, str] = {}
    for chart in wanted.originals.charts:
        name = str(chart["chart"]).rpartition("/")[2]
        archive = f"{name}-{chart.get('version')}.tgz"
        if not (folder / archive).is_file() and (reason := _run(_pull(chart, folder))):
            lacks[archive] = reason
        elif (folder / archive).is_file():
            checksums[archive] = hashlib.sha256((folder / archive).read_bytes()).hexdigest()
        else:
            lacks[archive] = "helm pulled an archive of another name"
    source = {"source": {"kind": "folder", "path": "charts", "checksums": dict(sorted(checksums.items()))}}
    text = yaml.safe_dump({"slipway:addons": source}, sort_keys=False)
    (folder / "settings.yaml").write_text(text, encoding="utf-8")
    return Part(name="charts", has=tuple(sorted(checksums)), lacks=lacks)


def _pull(chart: Mapping[str, Any], folder: Path) -> Sequence[str]:
    repository = cast("Mapping[str, str]", chart.get("repositoryOpts") or {}).get("repo")
    where = ("--repo", repository) if repository else ()
    version = ("--version", str(chart.get("version")))
    return ("helm", "pull", str(chart["chart"]), *where, *version, "--destination", str(folder))


def _packages(wanted: Wanted) -> Part:
    """Python packages by their locked hashes: pip takes them with PIP_NO_INDEX and PIP_FIND_LINKS."""
    folder = wanted.folder / "packages"
    has: list[str] = []
    lacks: dict[str, str] = {}
    for name in ("clouds" if wanted.cloud else "run", "build"):
        file = project_folder() / "requirements" / f"{name}.txt"
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet")
        download = ("download", "--require-hashes", "--requirement", str(file), "--dest", str(folder))
        if reason := _run((*pip, *download)):
            lacks[f"requirements/{name}.txt"] = reason
        else:
            has.append(f"requirements/{name}.txt")
    return Part(name="packages", has=tuple(has), lacks=lacks)


def _plugins(wanted: Wanted) -> Part:
    """Pulumi's own resource plugins, from where `pulumi plugin install` puts them."""
    home = Path(os.environ.get("PULUMI_HOME") or "~/.pulumi").expanduser() / "plugins"
    provider = wanted.settings.cluster.provider
    names = ["kubernetes", *([_PLUGINS[provider]] if wanted.cloud else [])]
    has: list[str] = []
    lacks: dict[str, str] = {}
    for name in names:
        try:
            version = importlib.metadata.version(f"pulumi-{name}")
        except importlib.metadata.PackageNotFoundError:
            lacks[name] = f"the package pulumi-{name} is not installed, which says the version: `make clouds`"
            continue
        plugin = home / f"resource-{name}-v{version}"
        if plugin.is_dir():
            has.append(_packed(wanted.folder / "plugins", f"{plugin.name}.tar", [plugin]))
        else:
            lacks[name] = f"is not in {home}: `pulumi plugin install resource {name} v{version}` gets it"
    return Part(name="plugins", has=tuple(has), lacks=lacks)


def _tools(wanted: Wanted) -> Part:
    """The programs of the local engine, as they were built or obtained here; elsewhere Pulumi's own."""
    folder = wanted.folder / "tools"
    if wanted.settings.cluster.provider == "simulated":
        there = Cache.default().tools
        found = sorted(there.iterdir()) if there.is_dir() else []
        if not found:
            reason = f"nothing is in {there}: `make tools` puts it there"
            return Part(name="tools", lacks={"local-engine.tar": reason})
        return Part(name="tools", has=(_packed(folder, "local-engine.tar", found),))
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        return Part(name="tools", lacks={"pulumi": "is not on PATH: its installer puts it there"})
    programs = sorted(Path(pulumi).resolve().parent.glob("pulumi*"))
    return Part(name="tools", has=(_packed(folder, "pulumi.tar", programs),))


def _packed(folder: Path, name: str, paths: Iterable[Path]) -> str:
    folder.mkdir(exist_ok=True)
    with tarfile.open(folder / name, "w") as archive:
        for path in paths:
            archive.add(path, path.name)
    return name


def _run(command: Sequence[str]) -> str:
    """Why a command did not do it; empty where it did."""
    if shutil.which(command[0]) is None:
        return f"{command[0]} is not on PATH"
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        return f"was not there within {_SECONDS} s"
    lines = done.stderr.strip().splitlines()
    return "" if done.returncode == 0 else (lines[-1] if lines else f"status {done.returncode}")
