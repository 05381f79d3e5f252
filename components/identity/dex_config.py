"""Dex's configuration file, and the environment that it reads secrets from.

Keys and their meaning: dexidp/dex v2.45.1, cmd/dex/config.go. `$NAME` in a connector's configuration is
replaced by Dex itself (DEX_EXPAND_ENV, on by default).
"""

import uuid
from collections.abc import Mapping
from typing import Any

import pulumi
import yaml

from .dex_settings import ConnectorSettings, DexSettings
from .gateway_settings import GatewaySettings
from .secrets import GivenSecrets, hash_of

PORT, TELEMETRY_PORT = 5556, 5558
NAMESPACE = "auth"
CLIENT_ID = "kubeflow-oidc-authservice"
CLIENT_ID_VARIABLE, CLIENT_SECRET_VARIABLE = "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"
ADMIN_VARIABLE = "DEX_USER_PASSWORD"
CALLBACK = "/oauth2/callback"

# Types whose provider sends people back to Dex, and that therefore have to know its address.
_WITHOUT_REDIRECT = frozenset({"atlassian-crowd", "authproxy", "keystone", "ldap"})


def address(gateway: GatewaySettings) -> str:
    """Where Dex answers inside the cluster, with its path."""
    return f"http://dex.{NAMESPACE}.svc.{gateway.cluster_domain}:{PORT}/dex"


def issuer(gateway: GatewaySettings) -> str:
    """What Dex's tokens name as their issuer: its public address where the platform has a name."""
    return f"{gateway.url}/dex" if gateway.url else address(gateway)


def config_file(settings: DexSettings, gateway: GatewaySettings, session_lifetime: str) -> str:
    """`config.yaml`, without a secret in it."""
    public = issuer(gateway)
    file: dict[str, Any] = {
        "issuer": public,
        # Its API types are there before it, and it has no right to make any.
        "storage": {"type": "kubernetes", "config": {"inCluster": True, "crdHandling": "check"}},
        "web": {
            "http": f"0.0.0.0:{PORT}",
            "headers": {"X-Frame-Options": "SAMEORIGIN", "X-Content-Type-Options": "nosniff"},
        },
        "telemetry": {"http": f"0.0.0.0:{TELEMETRY_PORT}"},
        "logger": {"level": settings.log_level, "format": "json"},
        # A visitor who has not logged in makes an object in the cluster by asking for the login page.
        "expiry": {"idTokens": session_lifetime, "authRequests": "30m"},
        "oauth2": {
            "skipApprovalScreen": True,
            "grantTypes": ["authorization_code", "refresh_token"],
            "responseTypes": ["code"],
        },
        "staticClients": [
            {
                "idEnv": CLIENT_ID_VARIABLE,
                "secretEnv": CLIENT_SECRET_VARIABLE,
                "name": "Kubeflow",
                "redirectURIs": [f"{gateway.url or ''}{CALLBACK}"],
            }
        ],
    }
    passwords = _passwords(settings)
    file["enablePasswordDB"] = bool(passwords)
    if passwords:
        file["staticPasswords"] = passwords
    if settings.connectors:
        file["connectors"] = [_connector(one, public) for one in settings.connectors]
    return yaml.safe_dump(file, sort_keys=False, allow_unicode=True)


def secret_environment(
    settings: DexSettings, given: GivenSecrets, admin_hash: pulumi.Output[str] | None
) -> Mapping[str, pulumi.Output[str]]:
    """The variables of local users and connectors. Raises RunError where a secret is missing."""
    result: dict[str, pulumi.Output[str]] = {}
    if admin_hash is not None:
        result[ADMIN_VARIABLE] = admin_hash
    for number, user in enumerate(settings.users, start=1):
        result[_variable(number)] = hash_of(user.password_hash, given.require(user.password_hash))
    for connector in settings.connectors:
        for variable, name in connector.secrets.items():
            result[variable] = given.require(name)
    return result


def _variable(number: int) -> str:
    return f"DEX_USER_{number}_PASSWORD"


def _passwords(settings: DexSettings) -> list[dict[str, object]]:
    result: list[dict[str, object]] = []
    if settings.admin:
        result.append(_password(settings.admin, "", (), ADMIN_VARIABLE))
    for number, user in enumerate(settings.users, start=1):
        result.append(_password(user.email, user.name, user.groups, _variable(number)))
    return result


def _password(email: str, name: str, groups: tuple[str, ...], variable: str) -> dict[str, object]:
    user: dict[str, object] = {
        "email": email,
        "username": name or email.partition("@")[0],
        # Stays the same for the same address: it is what Dex's tokens name as their subject.
        "userID": str(uuid.uuid5(uuid.NAMESPACE_URL, f"mailto:{email.lower()}")),
        "hashFromEnv": variable,
    }
    if groups:
        user["groups"] = list(groups)
    return user


def _connector(settings: ConnectorSettings, public: str) -> dict[str, object]:
    config: dict[str, object] = dict(settings.config)
    if settings.type not in _WITHOUT_REDIRECT:
        config.setdefault("redirectURI", f"{public}/callback")
    return {"type": settings.type, "id": settings.id, "name": settings.name, "config": config}
