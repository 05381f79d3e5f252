"""Settings of the gateway: the names behind it, and its certificate."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ..settings_base import EmailAddress, Settings, duplicates
from .secrets import SecretName

ANY_HOST = "*"
LOCALHOST = "localhost"

_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(\*\.)?{_LABEL}(\.{_LABEL})*")


def _host(value: str) -> str:
    if value != ANY_HOST and not (_HOST.fullmatch(value) and len(value) <= 253):
        raise ValueError(
            f"'{value}' is not a host name (kubeflow.example.com, *.example.com, or '*' for any)"
        )
    return value


HostName = Annotated[str, AfterValidator(_host), Field(description="A host name, in lower-case letters.")]


class HstsSettings(Settings):
    """HTTP Strict Transport Security (RFC 6797): browsers never come over plain HTTP again."""

    enabled: bool = Field(default=True, description="Whether the header is sent.")
    max_age: int = Field(default=31_536_000, ge=300, description="How long browsers remember it, in seconds.")
    include_subdomains: bool = Field(default=False, description="Whether it holds for all names below, too.")


class OwnCaSettings(Settings):
    """A certificate authority of the platform's own, kept by cert-manager."""

    authority_days: int = Field(
        default=3650, ge=90, le=7300, description="How long the CA is valid, in days."
    )
    certificate_days: int = Field(
        default=90, ge=7, le=397, description="How long a certificate is valid, in days."
    )


class AcmeSettings(Settings):
    """Certificates from an authority that speaks ACME (RFC 8555), such as Let's Encrypt."""

    email: EmailAddress = Field(description="Whom the authority writes to before a certificate ends.")
    server: str = Field(
        default="https://acme-v02.api.letsencrypt.org/directory",
        pattern=r"^https://",
        description="Address of its directory.",
    )
    challenge: Literal["http01", "dns01"] = Field(
        default="http01",
        description="How the names are proven: by an answer at the gateway's port 80, or in DNS.",
    )
    dns01: Mapping[str, object] = Field(
        default={}, description="cert-manager's own configuration of the DNS solver: cloudDNS, route53, ..."
    )
    secrets: Mapping[str, SecretName] = Field(
        default={}, description="Keys of the Secret `acme-dns` that the solver reads, each from a secret."
    )

    @model_validator(mode="after")
    def _solver_is_whole(self) -> Self:
        if self.challenge == "dns01" and not self.dns01:
            raise ValueError(
                "challenge is 'dns01' and dns01 is missing; allowed: a solver of cert-manager, such as "
                "{route53: {region: eu-central-1}}"
            )
        if self.challenge == "http01" and (self.dns01 or self.secrets):
            raise ValueError("dns01 and secrets are for challenge 'dns01'; found challenge 'http01'")
        return self


class TlsSettings(Settings):
    """The gateway's certificate."""

    source: Literal["ownCa", "acme", "given", "none"] = Field(
        default="ownCa",
        description="Where it comes from: an own CA, an ACME authority, the secrets `tls-certificate` and "
        "`tls-key` of the stack, or none: plain HTTP, for localhost only.",
    )
    own_ca: OwnCaSettings = Field(default=OwnCaSettings(), description="For source `ownCa`.")
    acme: AcmeSettings | None = Field(default=None, description="For source `acme`.")
    min_version: Literal["1.2", "1.3"] = Field(default="1.2", description="Oldest version of TLS accepted.")
    hsts: HstsSettings = Field(default=HstsSettings(), description="Strict transport security.")
    public_port: int = Field(
        default=443, ge=1, le=65535, description="Port at which browsers find the gateway's HTTPS."
    )

    @model_validator(mode="after")
    def _source_is_whole(self) -> Self:
        if (self.source == "acme") != (self.acme is not None):
            raise ValueError(
                "source 'acme' and the key acme belong together; found "
                f"source '{self.source}' {'with' if self.acme else 'without'} acme"
            )
        return self


class GatewaySettings(Settings):
    """The gateway and the names behind it."""

    cluster_domain: str = Field(
        default="cluster.local",
        pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
        description="DNS suffix of the cluster's Services, without a leading dot.",
    )
    hosts: tuple[HostName, ...] = Field(
        default=(ANY_HOST,),
        min_length=1,
        description="Host names that the gateway answers to. The first is the platform's own; further ones "
        "may begin with `*.`, for models that are served below them.",
    )
    exposure: Literal["internal", "public"] = Field(
        default="internal",
        description="Where a cloud's load balancer stands before it: inside of the cloud's network, or in "
        "the internet; then addons.istio.gateway.sourceRanges has to say who may come in.",
    )
    tls: TlsSettings = Field(default=TlsSettings(), description="Its certificate, and plain HTTP.")

    @model_validator(mode="after")
    def _hosts_fit(self) -> Self:
        twice = duplicates(self.hosts)
        if twice:
            raise ValueError(f"hosts: '{twice[0]}' stands there twice")
        if len(self.hosts) > 1 and ANY_HOST in self.hosts:
            raise ValueError("hosts: '*' is every name there is; found others beside it")
        first = next(iter(self.hosts))
        if first.startswith("*."):
            raise ValueError(f"hosts: the first is the platform's own name; found the pattern '{first}'")
        if self.tls.source in ("acme", "given") and self.host is None:
            raise ValueError(
                f"tls.source: found '{self.tls.source}' with hosts ['*']; allowed: with the names that the "
                "certificate is for"
            )
        wildcards = [host for host in self.hosts if host.startswith("*.")]
        if self.tls.acme and self.tls.acme.challenge == "http01" and wildcards:
            raise ValueError(
                f"tls.acme.challenge: found 'http01' with the name '{wildcards[0]}'; allowed: 'dns01', the "
                "only one by which an authority proves a pattern"
            )
        if self.tls.source == "none" and self.hosts != (LOCALHOST,):
            raise ValueError(
                f"tls.source: found 'none' with hosts {list(self.hosts)}; allowed: with hosts ['localhost'] "
                "only, since passwords and sessions would cross the network in the clear"
            )
        return self

    @property
    def host(self) -> str | None:
        """The platform's own name; None where it answers to every name."""
        return None if self.hosts[0] == ANY_HOST else self.hosts[0]

    @property
    def models_domain(self) -> str | None:
        """What host names of models end in: names that the gateway answers to; None where none is known."""
        pattern = next((host for host in self.hosts if host.startswith("*.")), None)
        own = None if self.host == LOCALHOST else self.host
        return pattern.removeprefix("*.") if pattern else own

    @property
    def secure(self) -> bool:
        """Whether people come over HTTPS."""
        return self.tls.source != "none"

    @property
    def url(self) -> str | None:
        """What people write into their browser, without a slash at the end; None where no name is known."""
        if self.host is None:
            return None
        if not self.secure:
            return f"http://{self.host}"
        return f"https://{self.host}" + ("" if self.tls.public_port == 443 else f":{self.tls.public_port}")
