"""Settings of images: what a stack may say below `slipway:images` and `slipway:airgap`."""

import re
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from ..identity.secrets import SecretName
from ..settings_base import Settings

_HOST = r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PLACE = re.compile(rf"{_HOST}(?:/{_PART})*")
_REGISTRY = re.compile(_HOST)


def _place(value: str) -> str:
    host = value.partition("/")[0]
    if not _PLACE.fullmatch(value) or not (set(host) & {".", ":"} or host == "localhost"):
        raise ValueError(
            f"'{value}' is not a place in a registry; allowed: host[:port][/path] without https:// and tag, "
            "such as registry.example.com/mirror"
        )
    return value


Place = Annotated[
    str,
    AfterValidator(_place),
    Field(description="Host and path in a registry: registry.example.com/mirror."),
]


def _registries(given: Mapping[str, str]) -> Mapping[str, str]:
    for registry in given:
        if not _REGISTRY.fullmatch(registry):
            raise ValueError(f"'{registry}' is not a registry; allowed: host[:port], such as docker.io")
    return given


class ImagesSettings(Settings):
    """Where images are pulled from, and which are refused."""

    mirror: Place | None = Field(
        default=None,
        description="Registry with copies of all images, each under the whole name of what it is a copy of: "
        "ghcr.io/dexidp/dex is <mirror>/ghcr.io/dexidp/dex. Images of the mirror's host stay as they are.",
    )
    mirrors: Annotated[Mapping[str, Place], AfterValidator(_registries)] = Field(
        default={},
        description="By registry the place of its copies instead, such as a registry's pull-through cache: "
        "`docker.io: registry.example.com/hub`.",
    )
    pull_secret: SecretName | None = Field(
        default=None,
        description="Name of the secret that the mirror asks for: `slipway:secret-<name>` holds the JSON "
        "that `docker login` writes. Every namespace and service account gets it.",
    )
    allowed_registries: tuple[Place, ...] = Field(
        default=(),
        description="Places that images may come from, others are refused; empty: every place.",
    )
    lock: str | None = Field(
        default=None,
        min_length=1,
        description="File with the digests and platforms of all images, below the project's own folder: "
        "stacks/images.<stack>.lock.yaml, as `make images` writes it. Images that it lacks are refused.",
    )

    @model_validator(mode="after")
    def _credentials_are_for_something(self) -> Self:
        if self.pull_secret and not (self.mirror or self.mirrors):
            raise ValueError(
                f"pullSecret: found '{self.pull_secret}' without a mirror that asks for it; "
                "set mirror or mirrors"
            )
        return self

    @property
    def refuses(self) -> bool:
        """Whether images can be refused that the release or the stack names."""
        return bool(self.allowed_registries or self.lock)


def _hosts(given: tuple[str, ...]) -> tuple[str, ...]:
    for host in given:
        if not re.fullmatch(r"(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", host):
            raise ValueError(
                f"'{host}' is not a host; allowed: a name without scheme, port and path, or *.example.com"
            )
    return given


class AirgapSettings(Settings):
    """A cluster without a way to the internet: whatever would reach for it is refused at preview."""

    enabled: bool = Field(
        default=False,
        description="Whether a stack is refused that reaches for anything outside: images that come from no "
        "mirror, charts from their projects' repositories, addresses of hosts that are not allowed.",
    )
    allowed_hosts: Annotated[tuple[str, ...], AfterValidator(_hosts)] = Field(
        default=(),
        description="Hosts that the inside has, such as the identity provider's and those of object stores: "
        "sso.example.com, or *.example.com for all below. Names of Services need not be listed.",
    )
