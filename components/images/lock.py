"""The lock file: which digest each image of a stack had when its registry was asked, and for which platforms.

    version: 1
    images:
      ghcr.io/dexidp/dex:v2.45.1:
        digest: sha256:...
        platforms: [linux/amd64, linux/arm64]

Images are listed as their projects name them, also where a stack pulls copies: a copy has the same digest.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, ValidationError

from ..project import project_folder
from ..settings_base import Settings, SettingsError

_KEY = "slipway:images.lock"


class LockedImage(Settings):
    """What a registry said of one image."""

    digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")] = Field(
        description="Digest of the index, or of the one manifest where there is no index."
    )
    platforms: tuple[Annotated[str, Field(pattern=r"^[a-z0-9]+/[a-z0-9]+(/[a-z0-9]+)?$")], ...] = Field(
        min_length=1, description="Operating systems and architectures: linux/amd64."
    )

    @property
    def architectures(self) -> frozenset[str]:
        """The architectures on which it runs under Linux, as nodes name theirs."""
        parts = (platform.split("/") for platform in self.platforms)
        return frozenset(part[1] for part in parts if part[0] == "linux")


class Lock(Settings):
    """A lock file."""

    version: Literal[1] = Field(description="Of this form.")
    images: Mapping[str, LockedImage] = Field(description="By the name of the image.")

    @property
    def digests(self) -> Mapping[str, str]:
        """The digests by the names of images."""
        return {name: image.digest for name, image in self.images.items()}

    @classmethod
    def read(cls, file: str) -> Self:
        """Read a lock file, absolute or below the project's folder. Raises SettingsError."""
        path = project_folder() / Path(file).expanduser()
        if not path.is_file():
            raise SettingsError(
                f"{_KEY}: found '{file}', which is no file; allowed: one that `make images` wrote, "
                "for which a registry has to be asked"
            )
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except yaml.YAMLError as error:
            raise SettingsError(f"{_KEY}: {file} is no YAML: {' '.join(str(error).split())}") from None
        except ValidationError as error:
            found = error.errors()[0]
            where = ".".join(str(part) for part in found["loc"])
            raise SettingsError(f"{_KEY}: {file}: {where}: {found['msg']}") from None
