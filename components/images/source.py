"""What a stack's settings, secrets and lock say about images, for all that it declares."""

import json
from collections.abc import Mapping
from typing import Any, cast

import pulumi

from ..identity.secrets import GivenSecrets, config_key
from ..kube.pulling import ImageSource
from .lock import Lock
from .settings import ImagesSettings


def image_source(
    settings: ImagesSettings, secrets: GivenSecrets | None = None, lock: Lock | None = None
) -> ImageSource:
    """Where a stack pulls its images from.

    Raises RunError where the mirror's credentials are asked for and not given.
    """
    credentials: pulumi.Output[str] | None = None
    if settings.pull_secret is not None:
        credentials = (secrets or GivenSecrets()).require(settings.pull_secret)
    return ImageSource(
        mirror=settings.mirror or "",
        mirrors=settings.mirrors,
        digests=lock.digests if lock else {},
        credentials=credentials,
    )


def pull_secret_problem(settings: ImagesSettings, values: Mapping[str, str]) -> str | None:
    """What is wrong with the mirror's credentials, as one sentence that shows none of them."""
    name = settings.pull_secret
    if name is None:
        return None
    if name not in values:
        return (
            f"{config_key(name)}: is missing, and images.pullSecret asks for it: `pulumi config set --secret "
            f"{config_key(name)} < ~/.docker/config.json`"
        )
    try:
        given: object = json.loads(values[name])
    except json.JSONDecodeError:
        given = None
    logins: object = cast("Mapping[str, Any]", given).get("auths") if isinstance(given, Mapping) else None
    if not isinstance(logins, Mapping) or not logins:
        return (
            f"{config_key(name)}: is not what a node can log in with; allowed: the JSON that `docker login` "
            'writes, with the credentials in it: {"auths": {"registry.example.com": {"auth": ...}}}'
        )
    return None
