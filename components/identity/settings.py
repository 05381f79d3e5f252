"""Settings of login: who says who people are, how long a session lasts, and what programs may show."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from ..kube.settings import Compute, WorkloadSettings
from ..settings_base import Certificates, Settings, duplicates
from .dex_settings import DexSettings
from .gateway_settings import LOCALHOST, GatewaySettings

_DURATION = re.compile(r"(\d+)(h|m)")
_HEADER = r"^[A-Za-z0-9-]+$"


def _duration(value: str) -> str:
    if not _DURATION.fullmatch(value) or minutes(value) == 0:
        raise ValueError(f"'{value}' is not a duration (whole hours or minutes above zero: 24h, 50m)")
    return value


def minutes(value: str) -> int:
    """A duration in minutes."""
    return int(value[:-1]) * (60 if value.endswith("h") else 1)


def _https(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(
            f"'{value}' is not an address by HTTPS without query (https://login.example.com/realm)"
        )
    return value


Duration = Annotated[str, AfterValidator(_duration), Field(description="Hours or minutes: 24h, 50m.")]
HttpsAddress = Annotated[str, AfterValidator(_https), Field(description="An address by HTTPS.")]


class OidcSettings(Settings):
    """A provider of OpenID Connect of the company or the cloud. Its client secret is `client-secret`."""

    issuer: HttpsAddress = Field(description="The issuer, as its discovery document says it.")
    client_id: str = Field(
        min_length=1, description="Id of the client that was registered for this platform."
    )
    scopes: tuple[str, ...] = Field(
        default=("openid", "email", "profile"),
        description="What is asked for. `offline_access` lets a session outlive the provider's token where "
        "the provider knows it, `groups` brings groups where it needs asking.",
    )
    user_claim: str = Field(default="email", min_length=1, description="Claim with the user's address.")
    groups_claim: str = Field(default="groups", min_length=1, description="Claim with the user's groups.")
    end_session_address: HttpsAddress | None = Field(
        default=None,
        description="Where the provider ends its own session (end_session_endpoint); unset: logout ends the "
        "session of the platform only.",
    )

    authority: Certificates | None = Field(
        default=None,
        description="Certificates of the CA that signed the provider's, in PEM, where systems do not know "
        "it: for OAuth2 Proxy, and for Istio's control plane, which reads the provider's keys.",
    )

    @model_validator(mode="after")
    def _openid_is_asked_for(self) -> Self:
        if "openid" not in self.scopes:
            raise ValueError("scopes: 'openid' is missing; without it a provider gives no ID token")
        return self


class ProxySettings(WorkloadSettings):
    """OAuth2 Proxy: sessions of people."""

    session_lifetime: Duration = Field(default="24h", description="How long a login lasts at most.")
    session_check: Duration = Field(
        default="50m",
        description="Age after which a session's token is checked, and fetched anew where the provider gave "
        "a refresh token. Less than the provider's ID tokens live.",
    )
    sign_in_page: bool = Field(
        default=True,
        description="Whether people see a page with a button before the provider's. Without it, pages that "
        "load in the background start logins of their own when a session ends.",
    )
    email_domains: tuple[str, ...] = Field(
        default=("*",), min_length=1, description="Domains of the addresses that may log in; '*': all."
    )
    allowed_groups: tuple[str, ...] = Field(
        default=(), description="Groups of which one has to be a member; empty: nobody has to."
    )

    @model_validator(mode="after")
    def _checked_within_its_life(self) -> Self:
        if minutes(self.session_check) >= minutes(self.session_lifetime):
            raise ValueError(
                f"sessionCheck: found '{self.session_check}'; allowed: less than sessionLifetime "
                f"('{self.session_lifetime}')"
            )
        return self


class ProgramsSettings(Settings):
    """Requests of programs, which show the token of a service account (`Authorization: Bearer`)."""

    enabled: bool = Field(default=True, description="Whether the gateway takes such tokens.")
    issuer: HttpsAddress | None = Field(
        default=None,
        description="Issuer of the cluster's service account tokens; unset: what the cluster says, or "
        "`https://kubernetes.default.svc.<cluster domain>`.",
    )
    keys: Literal["issuer", "apiServer"] | None = Field(
        default=None,
        description="Where the public keys are read: at the issuer, as EKS, GKE and AKS publish them, or at "
        "the API server, for issuers that only the cluster knows. Unset: by the issuer.",
    )
    audiences: tuple[str, ...] = Field(
        default=("pipelines.kubeflow.org", "kubeflow"),
        min_length=1,
        description="A token has to be for one of them. The API server's own audience is better left out: "
        "such a token would let whoever receives it act in the cluster.",
    )


class RotationSettings(Settings):
    """Another text makes another secret, of those that are generated."""

    admin_password: str = Field(default="", description="Password of the first user.")
    client_secret: str = Field(default="", description="Secret between Dex and OAuth2 Proxy.")
    cookie_secret: str = Field(default="", description="Key of the session cookies; ends every session.")


class IdentitySettings(Settings):
    """Who people are, and how a request names them."""

    provider: Literal["dex", "oidc", "none"] = Field(
        default="dex",
        description="Dex with local users and connectors, a provider of OpenID Connect directly, or nobody: "
        "for a gateway that answers to localhost only.",
    )
    dex: DexSettings = Field(default=DexSettings(), description="For provider `dex`.")
    oidc: OidcSettings | None = Field(default=None, description="For provider `oidc`.")
    proxy: ProxySettings = Field(
        default=ProxySettings(replicas=2, requests=Compute(cpu="10m", memory="32Mi")),
        description="OAuth2 Proxy.",
    )
    programs: ProgramsSettings = Field(default=ProgramsSettings(), description="Tokens of service accounts.")
    rotation: RotationSettings = Field(default=RotationSettings(), description="Versions of the secrets.")
    user_header: str = Field(
        default="kubeflow-userid", pattern=_HEADER, description="Header with the user's address."
    )
    user_prefix: str = Field(default="", description="What stands before the address in that header.")
    groups_header: str = Field(
        default="kubeflow-groups", pattern=_HEADER, description="Header with the user's groups."
    )
    logout_path: str = Field(
        default="/oauth2/sign_out", pattern=r"^/", description="Path that ends a session."
    )

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        if (self.provider == "oidc") != (self.oidc is not None):
            raise ValueError(
                "provider 'oidc' and the key oidc belong together; found "
                f"provider '{self.provider}' {'with' if self.oidc else 'without'} oidc"
            )
        headers = [self.user_header.lower(), self.groups_header.lower()]
        if duplicates(headers):
            raise ValueError(f"userHeader and groupsHeader: found '{self.user_header}' for both")
        return self


def exposure_problems(gateway: GatewaySettings, *, cloud: bool, ranges: bool) -> Iterator[str]:
    """Where gateway and internet do not fit, each as one sentence.

    Args:
        cloud: the cluster is one that makes load balancers as it is told here.
        ranges: the stack says which addresses a load balancer admits.
    """
    if gateway.exposure == "public" and not ranges:
        yield (
            "slipway:gateway.exposure: found 'public' without addons.istio.gateway.sourceRanges; allowed: "
            "with the addresses that may come in, which are ['0.0.0.0/0'] for everybody"
        )
    acme = gateway.tls.acme
    if cloud and gateway.exposure == "internal" and acme and acme.challenge == "http01":
        yield (
            "slipway:gateway.tls.acme.challenge: found 'http01' with gateway.exposure 'internal', where no "
            "authority reaches the gateway; allowed: 'dns01', or exposure 'public'"
        )


def problems(identity: IdentitySettings, gateway: GatewaySettings) -> list[str]:
    """Where login and gateway do not fit, each as one sentence."""
    found: list[str] = []
    if identity.provider == "none" and gateway.hosts != (LOCALHOST,):
        found.append(
            f"slipway:identity.provider: found 'none' with gateway.hosts {list(gateway.hosts)}; allowed: "
            "with ['localhost'] only, since everyone who reaches the gateway could do everything"
        )
    if identity.provider == "dex" and identity.dex.connectors and gateway.host is None:
        found.append(
            "slipway:identity.dex.connectors: other providers send people back to an address by name; "
            "gateway.hosts is ['*']; allowed: with the platform's own name first"
        )
    return found
