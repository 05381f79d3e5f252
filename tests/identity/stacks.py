"""Stacks with login, and what is rendered of them."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import yaml

from components.components_settings import ComponentsSettings
from components.contracts import CertificateAuthority, MeshAddon, Namespaces
from components.identity.component import Identity, IdentityArgs
from components.identity.gateway import Gateway, GatewayArgs
from components.identity.gateway_settings import GatewaySettings
from components.identity.secrets import GivenSecrets
from components.identity.settings import IdentitySettings
from tests.support.render import MINIMAL, Object, Rendered, render, run

NAMED: Mapping[str, Any] = {"hosts": ["kubeflow.example.com"]}
COMPANY: Mapping[str, Any] = {
    "provider": "oidc",
    "oidc": {"issuer": "https://login.example.com/realms/ml", "clientId": "kubeflow"},
}
ALLOWED_HASH = "$2b$12$" + "a" * 53
"""In the form of a bcrypt hash; of no password."""


def rendered(
    *, identity: Mapping[str, Any] | None = None, gateway: Mapping[str, Any] | None = None
) -> Rendered:
    """The whole program with login and no component, with settings as a stack file has them."""
    off = {name: {"enabled": False} for name in ComponentsSettings().enabled()}
    given = {**yaml.safe_load(MINIMAL), "components": off}
    if identity:
        given["identity"] = dict(identity)
    if gateway:
        given["gateway"] = dict(gateway)
    return render(given)


def declared(
    *,
    identity: Mapping[str, Any] | None = None,
    gateway: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
    token_issuer: str | None = None,
    look: Callable[[Identity], object] = lambda _: None,
) -> Rendered:
    """Gateway and login by themselves, as another Pulumi program uses them. `look` sees the component."""
    found = Rendered()

    def program() -> object:
        given = GivenSecrets(
            values={name: pulumi.Output.secret(value) for name, value in (secrets or {}).items()}
        )
        settings = GatewaySettings.model_validate(gateway or {})
        there = pulumi.ComponentResource("test:index:Ready", "ready")
        addon = MeshAddon(
            namespace="istio-system",
            gateway_selector={"istio": "ingressgateway"},
            gateway_service_account="istio-ingressgateway-service-account",
            ready=there,
        )
        namespaces = Namespaces(
            kubeflow=pulumi.Output.from_input("kubeflow"),
            kubeflow_name="kubeflow",
            system=pulumi.Output.from_input("kubeflow-system"),
            system_name="kubeflow-system",
        )
        certificates = CertificateAuthority(ready=there)
        way_in = Gateway(
            "gateway",
            GatewayArgs(
                settings=settings,
                mesh=addon,
                namespaces=namespaces,
                certificates=certificates,
                secrets=given,
            ),
        )
        made = Identity(
            "identity",
            IdentityArgs(
                settings=IdentitySettings.model_validate(identity or {}),
                gateway=settings,
                mesh=way_in.mesh,
                mesh_addon=addon,
                namespaces=namespaces,
                secrets=given,
                token_issuer=token_issuer,
            ),
        )
        return look(made)

    run(program, found)
    return found


def rules(found: Rendered, name: str) -> list[Mapping[str, Any]]:
    """The rules of one of the gateway's authorization policies."""
    return found.get("AuthorizationPolicy", name)["spec"]["rules"]


def token_rule(found: Rendered, name: str) -> Mapping[str, Any]:
    """How tokens of one issuer are verified."""
    (rule,) = found.get("RequestAuthentication", name)["spec"]["jwtRules"]
    return rule


def arguments(found: Rendered) -> list[str]:
    """The arguments of OAuth2 Proxy."""
    return pod(found, "oauth2-proxy")["containers"][0]["args"]


def dex_file(found: Rendered) -> Mapping[str, Any]:
    """Dex's configuration."""
    return yaml.safe_load(found.get("ConfigMap", "dex")["data"]["config.yaml"])


def pod(found: Rendered, name: str) -> Object:
    """The pods of a Deployment."""
    return found.get("Deployment", name)["spec"]["template"]["spec"]
