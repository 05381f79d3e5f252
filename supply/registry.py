"""Asks registries about images, by skopeo or crane, whichever is there.

Both print a manifest as the registry has it, byte for byte, so that its digest is that of the bytes: skopeo
`inspect --raw` (containers/skopeo, docs/skopeo-inspect.1.md), crane `manifest` (google/go-containerregistry,
cmd/crane/doc). Platforms stand in an index (OCI image-spec, image-index.md), or in the image's configuration.
"""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from components.images.lock import LockedImage
from components.kube.image import Reference

Tool = Literal["skopeo", "crane"]
TOOLS: Sequence[Tool] = ("skopeo", "crane")
_SECONDS = 120


class RegistryError(Exception):
    """A registry that could not be asked, or did not answer. Its text is for the user."""


def tool_of_this_machine() -> Tool:
    """The first of both programs that is on PATH. Raises RegistryError where neither is."""
    for tool in TOOLS:
        if shutil.which(tool):
            return tool
    raise RegistryError(
        "neither skopeo nor crane is on PATH, and nothing else here can ask a registry: install one of them "
        "(packages `skopeo`, `crane`). Nothing was written: a digest is never made up"
    )


@dataclass(frozen=True, kw_only=True)
class Registry:
    """Registries, as one of the programs reaches them, with its own logins."""

    tool: Tool

    def ask(self, image: str) -> LockedImage:
        """Digest and platforms of an image. Raises RegistryError."""
        manifest = self._run(*self._manifest(image))
        digest = f"sha256:{hashlib.sha256(manifest).hexdigest()}"
        expected = Reference.of(image).digest
        if expected and expected != digest:
            raise RegistryError(f"{image}: the registry gave a manifest with the digest {digest}")
        held = _json(image, manifest)
        listed = cast("Sequence[Mapping[str, Any]] | None", held.get("manifests"))
        if listed is None:
            config = _json(image, self._run(*self._config(image)))
            platforms = [_platform(config)]
        else:
            # Attestations are listed as manifests of an unknown platform (BuildKit, attestation-storage.md).
            given = [cast("Mapping[str, Any]", one.get("platform") or {}) for one in listed]
            platforms = [_platform(one) for one in given if one.get("os") not in (None, "unknown")]
        return LockedImage(digest=digest, platforms=tuple(dict.fromkeys(platforms)))

    def copy(self, image: str, copy: str) -> str:
        """The command that copies an image with all its platforms."""
        source, target = address(image), address(copy)
        if self.tool == "crane":
            return f"crane copy {source} {target}"
        return f"skopeo copy --all --preserve-digests docker://{source} docker://{target}"

    def _manifest(self, image: str) -> Sequence[str]:
        if self.tool == "crane":
            return ("crane", "manifest", address(image))
        return ("skopeo", "inspect", "--raw", f"docker://{address(image)}")

    def _config(self, image: str) -> Sequence[str]:
        if self.tool == "crane":
            return ("crane", "config", address(image))
        return ("skopeo", "inspect", "--config", "--raw", f"docker://{address(image)}")

    def _run(self, *command: str) -> bytes:
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            raise RegistryError(f"{command[-1]}: no answer within {_SECONDS} s") from None
        if done.returncode != 0:
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            raise RegistryError(f"{command[-1]}: {lines[-1] if lines else f'status {done.returncode}'}")
        return done.stdout


def address(image: str) -> str:
    """The whole name of an image, by its digest alone where it has tag and digest: skopeo takes no both."""
    named = Reference.of(image)
    return f"{named.repository}@{named.digest}" if named.digest else str(named)


def _json(image: str, content: bytes) -> Mapping[str, Any]:
    try:
        held: object = json.loads(content)
    except ValueError:
        held = None
    if not isinstance(held, Mapping):
        raise RegistryError(f"{image}: what came back is no manifest")
    return cast("Mapping[str, Any]", held)


def _platform(given: Mapping[str, Any]) -> str:
    variant = f"/{given['variant']}" if given.get("variant") else ""
    return f"{given.get('os', 'linux')}/{given.get('architecture', 'unknown')}{variant}"
