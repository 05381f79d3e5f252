"""Images by name: which references say exactly what is pulled."""

import re
from typing import Annotated

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


PinnedImage = Annotated[
    str, AfterValidator(pinned), Field(description="An image with a tag other than latest, or a digest.")
]
