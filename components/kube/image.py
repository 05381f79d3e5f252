"""Images by name: which references say exactly what is pulled."""

import re
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import AfterValidator, Field

# The grammar of distribution/reference: host and port, path, tag, digest.
_REFERENCE = re.compile(
    r"(?:(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]+)?/)?"
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


def pinned(image: str) -> str:
    """Return the reference as it is, if it has a digest or a tag other than `latest`.

    Raises ValueError, naming the reference and what it lacks.
    """
    match = _REFERENCE.fullmatch(image)
    if match is None:
        raise ValueError(
            f"'{image}' is not an image reference "
            "(allowed: [host[:port]/]path:tag, or the same with @sha256:<64 hexadecimal digits>)"
        )
    if match["digest"]:
        return image
    if match["tag"] is None:
        raise ValueError(f"'{image}' is not pinned: it has no tag; add one (other than latest) or a digest")
    if match["tag"] == "latest":
        raise ValueError(f"'{image}' is not pinned: what 'latest' means changes; name a version or a digest")
    return image


# What a name without a registry means (distribution/reference, ParseDockerRef).
_HUB = "docker.io"
_HUB_NAMESPACE = "library"


@dataclass(frozen=True, kw_only=True)
class Reference:
    """An image by its parts.

    Attributes:
        registry: host, with its port where it has one; that of Docker Hub where the name has none.
        path: repository in it; on Docker Hub with `library/` where the name has no namespace.
        tag, digest: empty where the name has none.
    """

    registry: str
    path: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def of(cls, image: str) -> Self:
        """The parts of a name as container runtimes read it."""
        rest, _, digest = image.partition("@")
        first, slash, others = rest.partition("/")
        is_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
        registry, path = (first, others) if is_host else (_HUB, rest)
        path, _, tag = path.partition(":")
        if registry == _HUB and "/" not in path:
            path = f"{_HUB_NAMESPACE}/{path}"
        return cls(registry=registry, path=path, tag=tag, digest=digest)

    @property
    def repository(self) -> str:
        """Registry and path."""
        return f"{self.registry}/{self.path}"

    def __str__(self) -> str:
        """The whole name, the registry always with it."""
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.repository}{tag}{f'@{self.digest}' if self.digest else ''}"


PinnedImage = Annotated[
    str, AfterValidator(pinned), Field(description="An image with a tag other than latest, or a digest.")
]
