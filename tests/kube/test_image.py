"""An image is pinned when its reference always means the same thing, or is at least meant to."""

import pytest

from components.kube.image import pinned

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "image",
    [
        "ghcr.io/kubeflow/notebooks/jupyter-web-app:v1.11.0",
        "registry.example.com:5000/team/lab:2026.1",
        "lab:1",
        f"registry.example.com/lab@{DIGEST}",
        f"registry.example.com:5000/lab:latest@{DIGEST}",
    ],
)
def test_a_tag_or_a_digest_pins_an_image(image: str) -> None:
    assert pinned(image) == image


@pytest.mark.parametrize(
    ("image", "says"),
    [
        ("registry.example.com/lab", "it has no tag"),
        ("registry.example.com:5000/lab", "it has no tag"),
        ("registry.example.com/lab:latest", "what 'latest' means changes"),
        ("registry.example.com/Lab:1", "is not an image reference"),
        ("registry.example.com/lab:1 ", "is not an image reference"),
        ("registry.example.com/lab@sha256:123", "is not an image reference"),
        ("", "is not an image reference"),
    ],
)
def test_an_image_that_is_not_pinned_is_refused_with_what_it_lacks(image: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as refusal:
        pinned(image)
    assert f"'{image}'" in str(refusal.value)
