"""Where images are pulled from: as their projects name them, or from a mirror; by tag, or by digest as well.

Every name of an image that reaches the cluster goes through `pulled`, whether it stands in a pod, an
argument, a variable, a ConfigMap or a custom resource; `make_pull_secret` puts the mirror's credentials where
a namespace is made, and `pull_secrets` names them for what starts pods. A platform says with `pulling` what
holds for all that it declares; without it, images are pulled as they are named.
"""

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

import pulumi
from pulumi_kubernetes.core.v1 import LocalObjectReferenceArgsDict, Secret, ServiceAccount

from .image import Reference

PULL_SECRET = "image-pull-secret"
"""Name of the Secret with the mirror's credentials, in every namespace whose pods pull from it."""

# A key `image` with its value, in YAML or JSON that a stack brings as text.
_IN_TEXT = re.compile(r"""(?P<key>(?<![\w.-])["']?image["']?\s*:\s*)(?P<quote>["']?)(?P<image>[^\s"',}]+)""")


@dataclass(frozen=True, kw_only=True)
class ImageSource:
    """Where a stack pulls images from.

    Attributes:
        mirror: host and path of a registry that holds copies, each under the whole name of what it is a copy
            of; empty: none.
        mirrors: the same by the registry that is mirrored, where one has a place of its own.
        digests: by the name of an image what it has to be: `sha256:...`.
        originals: what was asked for so far: by the name by which an image is pulled the one that it had.
        credentials: what the mirror asks for, as the JSON that `docker login` writes; None: nothing.
    """

    mirror: str = ""
    mirrors: Mapping[str, str] = field(default_factory=dict[str, str])
    digests: Mapping[str, str] = field(default_factory=dict[str, str])
    credentials: pulumi.Input[str] | None = field(default=None, repr=False)
    originals: dict[str, str] = field(default_factory=dict[str, str], repr=False, compare=False)

    def pulled(self, image: str, *, by_tag: bool = False) -> str:
        """The name by which an image is pulled; that of one that is in the mirror already stays.

        `by_tag`: its reader takes the name apart at the tag, so that no digest may follow it.
        """
        named = Reference.of(image)
        copy = self._copy(named)
        digest = "" if by_tag or named.digest else self.digests.get(image, "")
        if copy is None:
            chosen = f"{image}@{digest}" if digest else image
        else:
            chosen = str(replace(copy, digest=named.digest or digest))
        self.originals.setdefault(chosen, image)
        return chosen

    def _copy(self, named: Reference) -> Reference | None:
        """The copy of an image; None where it is pulled from where it is."""
        places = [place for place in (self.mirror, *self.mirrors.values()) if place]
        if any(named.registry == place.partition("/")[0] for place in places):
            return None
        own = self.mirrors.get(named.registry)
        if own is None and not self.mirror:
            return None
        # A path has no room for the colon of a port, nor for capitals.
        place = own or f"{self.mirror}/{named.registry.replace(':', '-').lower()}"
        host, _, above = place.partition("/")
        return replace(named, registry=host, path=f"{above}/{named.path}" if above else named.path)


_source: ContextVar[ImageSource | None] = ContextVar("image source", default=None)
_AS_NAMED = ImageSource()


@contextmanager
def pulling(source: ImageSource) -> Generator[ImageSource]:
    """Have all that is declared meanwhile pull its images from there."""
    before = _source.set(source)
    try:
        yield source
    finally:
        _source.reset(before)


def current() -> ImageSource:
    """Where images are pulled from here."""
    return _source.get() or _AS_NAMED


def pulled(image: str, *, by_tag: bool = False) -> str:
    """The name by which an image is pulled here, as `ImageSource.pulled` says."""
    return current().pulled(image, by_tag=by_tag)


def named_in(text: str) -> tuple[str, ...]:
    """The images that a text in YAML or JSON names by its keys `image`, but not those it leaves open."""
    return tuple(dict.fromkeys(found["image"] for found in _IN_TEXT.finditer(text) if _given(found)))


def pulled_within(text: str) -> str:
    """The text with the names by which the images that it names are pulled."""
    return _IN_TEXT.sub(
        lambda found: found["key"] + found["quote"] + pulled(found["image"]) if _given(found) else found[0],
        text,
    )


def _given(found: re.Match[str]) -> bool:
    """Whether it is a name: `${trialParameters.image}` and `{{inputs...}}` are filled in later."""
    return not any(sign in found["image"] for sign in "${[&*|>")


def make_pull_secret(
    namespace: str,
    created: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    *,
    name: str = PULL_SECRET,
    default_account: bool = True,
) -> None:
    """Declare the mirror's credentials in a namespace, where it asks for any.

    The service account `default` gets them as well, unless `default_account` is false: pods that controllers
    make for people run as it where nobody says otherwise. `created` is the namespace's name, known once it
    exists; `name` that of the Secret.
    """
    credentials = current().credentials
    if credentials is None:
        return
    Secret(
        f"{namespace}-{name}",
        metadata={"name": name, "namespace": created},
        type="kubernetes.io/dockerconfigjson",
        string_data={".dockerconfigjson": credentials},
        opts=opts,
    )
    if not default_account:
        return
    # Kubernetes makes it by itself, before or after: what is declared is laid over what is there.
    ServiceAccount(
        f"{namespace}-default",
        metadata={"name": "default", "namespace": created},
        image_pull_secrets=pull_secrets(),
        opts=opts,
    )


def pull_secrets() -> list[LocalObjectReferenceArgsDict] | None:
    """Value of `image_pull_secrets` of a service account; None where images are pulled without."""
    return None if current().credentials is None else [{"name": PULL_SECRET}]
