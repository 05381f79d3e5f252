"""Which secrets of a stack login and certificates read, and what is wrong with those that are given.

Said while the settings are read, before anything is declared; `GivenSecrets` says it once more to programs
that use the components by themselves.
"""

from collections.abc import Iterator, Mapping

import pulumi

from .gateway_settings import GatewaySettings
from .secrets import (
    ADMIN_PASSWORD,
    CLIENT_SECRET,
    COOKIE_SECRET,
    TLS_CERTIFICATE,
    TLS_KEY,
    checked,
    checked_hash,
    config_key,
)
from .settings import IdentitySettings


def required(identity: IdentitySettings, gateway: GatewaySettings) -> dict[str, str]:
    """The secrets that have to be given: by name the setting that asks for it."""
    found: dict[str, str] = {}
    if identity.provider == "oidc":
        found[CLIENT_SECRET] = "identity.oidc"
    if identity.provider == "dex":
        found |= dict.fromkeys(hashes(identity), "identity.dex.users")
        found |= {
            name: f"identity.dex.connectors ({connector.id})"
            for connector in identity.dex.connectors
            for name in connector.secrets.values()
        }
    if gateway.tls.source == "given":
        found |= {TLS_CERTIFICATE: "gateway.tls.source", TLS_KEY: "gateway.tls.source"}
    if gateway.tls.acme:
        found |= dict.fromkeys(gateway.tls.acme.secrets.values(), "gateway.tls.acme.secrets")
    return found


def optional(identity: IdentitySettings) -> tuple[str, ...]:
    """The secrets that are generated unless they are given."""
    if identity.provider == "none":
        return ()
    dex = identity.provider == "dex"
    admin = (ADMIN_PASSWORD,) if dex and identity.dex.admin else ()
    return (*admin, *((CLIENT_SECRET,) if dex else ()), COOKIE_SECRET)


def hashes(identity: IdentitySettings) -> tuple[str, ...]:
    """Those that are hashes of passwords."""
    return tuple(user.password_hash for user in identity.dex.users)


def secret_problems(
    identity: IdentitySettings,
    gateway: GatewaySettings,
    values: Mapping[str, str],
    others: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """What is missing, known to the public or too weak, each as one sentence that shows no value.

    `others` have to be given beside those of login: by name the setting that asks for it.
    """
    needed = {**required(identity, gateway), **(others or {})}
    for name, asks in needed.items():
        if name not in values:
            yield f"{config_key(name)}: is missing, and {asks} asks for it: `pulumi config set --secret ...`"
    for name in (*needed, *optional(identity)):
        if name in values:
            check = checked_hash if name in hashes(identity) else checked
            try:
                check(name, values[name])
            except pulumi.RunError as error:
                yield str(error)
