"""The secrets of login and certificates: given by the stack, or generated.

A secret nested in a plain setting would reach the program as plain text, so that settings hold names only and
the values come beside them. Names that the platform itself knows are the constants below; settings may name
further ones, for local users, connectors and DNS solvers.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated

import pulumi
from pydantic import AfterValidator, Field

from ..public_secrets import refuse_public

ADMIN_PASSWORD = "admin-password"
CLIENT_SECRET = "client-secret"
COOKIE_SECRET = "cookie-secret"
TLS_CERTIFICATE = "tls-certificate"
TLS_KEY = "tls-key"
KUBECONFIG = "kubeconfig"
KNOWN = (
    ADMIN_PASSWORD,
    CLIENT_SECRET,
    COOKIE_SECRET,
    TLS_CERTIFICATE,
    TLS_KEY,
    KUBECONFIG,
    "backup-access-key",
    "backup-secret-key",
)

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_BCRYPT = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}")
# The least that Dex takes (server/api.go of dexidp/dex v2.45.1, checkCost).
_BCRYPT_COST = 10
_PASSWORD_LENGTH = 12
_AES_KEYS = (16, 24, 32)


def _secret_name(value: str) -> str:
    if not _NAME.fullmatch(value) or value in KNOWN:
        raise ValueError(
            f"'{value}' is not the name of a secret (lower-case letters, digits and '-', at most 63 "
            f"characters, and not one of {', '.join(KNOWN)})"
        )
    return value


SecretName = Annotated[
    str,
    AfterValidator(_secret_name),
    Field(description="Name of a secret: the stack gives its value by the key `slipway:secret-<name>`."),
]


def config_key(name: str) -> str:
    """The key by which a stack gives a secret."""
    return f"slipway:secret-{name}"


@dataclass(frozen=True, kw_only=True)
class GivenSecrets:
    """What the stack gives, by name: a secret Output each."""

    values: Mapping[str, pulumi.Output[str]] = field(default_factory=dict[str, "pulumi.Output[str]"])

    def get(self, name: str) -> pulumi.Output[str] | None:
        """A secret that may be missing, refused where it is known to the public or too weak."""
        value = self.values.get(name)
        return None if value is None else pulumi.Output.secret(value.apply(lambda text: checked(name, text)))

    def require(self, name: str) -> pulumi.Output[str]:
        """A secret that has to be there. Raises RunError, which names the key to set."""
        value = self.get(name)
        if value is None:
            raise pulumi.RunError(
                f"{config_key(name)}: is missing; it is required. Set it with "
                f"`pulumi config set --secret {config_key(name)}`."
            )
        return value


def hash_of(name: str, secret: pulumi.Output[str]) -> pulumi.Output[str]:
    """A secret that has to be the bcrypt hash of a password."""
    return secret.apply(lambda text: checked_hash(name, text))


def checked(name: str, value: str) -> str:
    """The value itself. Raises RunError, which never shows it, where nobody should use it."""
    refuse_public(config_key(name), value)
    for problem in _problems(name, value):
        raise pulumi.RunError(f"{config_key(name)}: {problem}")
    return value


def checked_hash(name: str, value: str) -> str:
    """The value itself. Raises RunError where it is not a hash that Dex takes, or known to the public."""
    found = _BCRYPT.fullmatch(checked(name, value))
    if not found or int(found[1]) < _BCRYPT_COST:
        raise pulumi.RunError(
            f"{config_key(name)}: is not a bcrypt hash of cost {_BCRYPT_COST} or more; "
            "`htpasswd -nBC 12 user` makes one"
        )
    return value


def _problems(name: str, value: str) -> Iterator[str]:
    if not value.strip():
        yield "is empty"
    elif name == ADMIN_PASSWORD and len(value) < _PASSWORD_LENGTH:
        yield f"has {len(value)} characters; allowed: at least {_PASSWORD_LENGTH}"
    elif name == ADMIN_PASSWORD and len(value.encode()) > 72:
        yield "has more than 72 bytes, of which bcrypt leaves the rest out"
    elif name == COOKIE_SECRET and _key_length(value) not in _AES_KEYS:
        yield "is no AES key; allowed: 16, 24 or 32 bytes, as they are or in base64"


def _key_length(value: str) -> int:
    """How oauth2-proxy reads it (v7.15.2, pkg/encryption/utils.go, SecretBytes)."""
    bare = value.rstrip("=")
    try:
        decoded = len(base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        decoded = 0
    return decoded if decoded in _AES_KEYS else len(value.encode())
