"""Settings of Dex: local users, and connectors to other providers."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, Self, cast

from pydantic import Field, model_validator

from ..kube.settings import Compute, LogLevel, WorkloadSettings
from ..settings_base import DnsLabel, EmailAddress, Settings, duplicates
from .secrets import SecretName

# Dex's own (server/server.go of dexidp/dex v2.45.1, ConnectorsConfig), without those that let everyone in.
ConnectorType = Literal[
    "atlassian-crowd",
    "authproxy",
    "bitbucket-cloud",
    "gitea",
    "github",
    "gitlab",
    "google",
    "keystone",
    "ldap",
    "linkedin",
    "microsoft",
    "oauth",
    "oidc",
    "openshift",
    "saml",
]

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_REFERENCE = re.compile(r"\$(\w+)|\$\{(\w+)\}")
# Keys of Dex's connectors that hold a secret: clientSecret, bindPW, keystonePassword.
_SECRET_KEY = re.compile(r"secret|password|bindpw", re.IGNORECASE)


class ConnectorSettings(Settings):
    """A provider that Dex asks, with Dex's own configuration of it.

    A text of the configuration may name an environment variable (`$NAME`), which Dex replaces by its value.
    """

    type: ConnectorType = Field(description="Kind of provider, as Dex calls it.")
    id: DnsLabel = Field(description="Its id: part of its paths, and of what identifies a user.")
    name: str = Field(min_length=1, description="What people read on the login page.")
    config: Mapping[str, object] = Field(
        default={},
        description="Dex's own configuration of it. `redirectURI` is filled in where it is left out.",
    )
    secrets: Mapping[str, SecretName] = Field(
        default={}, description="Environment variables that the configuration names, each from a secret."
    )

    @model_validator(mode="after")
    def _secrets_stand_apart(self) -> Self:
        wrong = [name for name in self.secrets if not _VARIABLE.fullmatch(name)]
        if wrong:
            raise ValueError(f"secrets: '{wrong[0]}' is not a variable (capital letters, digits and '_')")
        texts = dict(_texts(self.config, ""))
        for key, text in texts.items():
            plain = not _REFERENCE.fullmatch(text)
            if plain and _SECRET_KEY.search(key.rpartition(".")[2]):
                raise ValueError(
                    f"config.{key}: holds a value; allowed: a variable such as $CLIENT_SECRET that "
                    "secrets names, since what stands in settings is no secret"
                )
        named = {one[0] or one[1] for text in texts.values() for one in _REFERENCE.findall(text)}
        unknown = sorted(named - set(self.secrets))
        if unknown:
            raise ValueError(
                f"config names the variable ${unknown[0]}, which secrets does not; Dex would read it as empty"
            )
        unread = sorted(set(self.secrets) - named)
        if unread:
            raise ValueError(f"secrets: '{unread[0]}' is read nowhere; name it in config as ${unread[0]}")
        return self


class LocalUserSettings(Settings):
    """A user whom Dex knows by itself."""

    email: EmailAddress = Field(description="The address by which they log in.")
    name: str = Field(default="", description="Their name; unset: what stands before the @.")
    groups: tuple[str, ...] = Field(default=(), description="Groups they are in.")
    password_hash: SecretName = Field(description="Secret with the bcrypt hash of their password.")


class DexSettings(WorkloadSettings):
    """Dex: the first user, further local ones, and connectors."""

    replicas: int = Field(default=2, ge=0, le=50, description="Number of pods.")
    requests: Compute = Field(
        default=Compute(cpu="10m", memory="64Mi"), description="What the scheduler reserves."
    )
    log_level: LogLevel = Field(default="info", description="What Dex logs.")
    admin: EmailAddress | None = Field(
        default="admin@example.com",
        description="Address of the first user, whose password is generated unless the secret "
        "`admin-password` is given; null: no such user.",
    )
    users: tuple[LocalUserSettings, ...] = Field(default=(), description="Further local users.")
    connectors: tuple[ConnectorSettings, ...] = Field(default=(), description="Other providers.")

    @model_validator(mode="after")
    def _everyone_is_there_once(self) -> Self:
        emails = [self.admin] if self.admin else []
        emails += [user.email for user in self.users]
        for what, names in (
            ("users", [email.lower() for email in emails]),
            ("connectors", [connector.id for connector in self.connectors]),
            ("connectors", [name for connector in self.connectors for name in connector.secrets]),
        ):
            twice = duplicates(names)
            if twice:
                raise ValueError(f"{what}: '{twice[0]}' is there twice")
        if not emails and not self.connectors:
            raise ValueError("nobody could log in: found no admin, no users and no connectors")
        return self


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Every text of a configuration, with its key."""
    match value:
        case str():
            yield path, value
        case Mapping():
            for key, inner in cast("Mapping[str, object]", value).items():
                yield from _texts(inner, f"{path}.{key}" if path else key)
        case list() | tuple():
            for index, inner in enumerate(cast("list[object]", value)):
                yield from _texts(inner, f"{path}[{index}]")
        case _:
            pass
