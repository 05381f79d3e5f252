"""For which processors there is an image of the programs that the platform runs."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from .image import Reference

Architecture = Literal["amd64", "arm64"]

_FILE = Path(__file__).with_name("architectures.yaml")


@cache
def _facts() -> Mapping[str, Mapping[str, str]]:
    return yaml.safe_load(_FILE.read_text(encoding="utf-8"))


def known(image: str) -> bool:
    """Whether it is written down for which processors an image is built."""
    return any(_source(image, kind) for kind in _facts())


def lacking(image: str, architecture: Architecture) -> str | None:
    """Where a project says that its image is not built for a processor; None where it is, or nobody knows."""
    return _source(image, "amd64") if architecture == "arm64" else None


def _source(image: str, kind: str) -> str | None:
    path = Reference.of(image).path
    return next((source for start, source in _facts()[kind].items() if path.startswith(start)), None)
