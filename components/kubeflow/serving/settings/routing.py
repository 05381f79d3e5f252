"""What a stack may say about the way to an inference service from outside."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ....settings_base import Settings

ACTION = re.compile(r"\{\{(.*?)\}\}")
_HOST_VALUE = re.compile(r"\.(Name|Namespace|IngressDomain|(Annotations|Labels)\.[A-Za-z_][A-Za-z0-9_]*)")
_PATH_VALUE = re.compile(r"\.(Name|Namespace)")
_DOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_GATEWAY = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def _template(text: str, value: re.Pattern[str], allowed: str) -> str:
    values = [found.strip() for found in ACTION.findall(text)]
    for found in values:
        if not value.fullmatch(found):
            raise ValueError(f"'{{{{ {found} }}}}' is not known in '{text}'; allowed: {allowed}")
    rest = ACTION.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise ValueError(f"'{text}' opens or closes '{{{{ }}}}' without the other")
    for needed in (".Name", ".Namespace"):
        if needed not in values:
            raise ValueError(
                f"'{text}' lacks {{{{ {needed} }}}}: services of different teams could not be told apart"
            )
    return text


def _host_template(text: str) -> str:
    allowed = ".Name, .Namespace, .IngressDomain, .Annotations.<key>, .Labels.<key>"
    return _template(text, _HOST_VALUE, allowed)


def _path_template(text: str) -> str:
    if not text.startswith("/"):
        raise ValueError(f"'{text}' does not begin with a slash")
    return _template(text, _PATH_VALUE, ".Name, .Namespace")


def _domain(text: str) -> str:
    if not _DOMAIN.fullmatch(text):
        raise ValueError(f"'{text}' is not a domain (models.example.com)")
    return text


def _gateway(text: str) -> str:
    if not _GATEWAY.fullmatch(text):
        raise ValueError(f"'{text}' is not a gateway (<namespace>/<name>, each a DNS label)")
    return text


Domain = Annotated[str, AfterValidator(_domain), Field(description="A domain name.")]


class GatewayApiSettings(Settings):
    """Routes of the Kubernetes Gateway API instead of Ingresses."""

    enabled: bool | None = Field(
        default=None,
        description="Whether services get an HTTPRoute. Unset: in standard mode, where the gateway can "
        "answer to their names over HTTPS.",
    )
    gateway: Annotated[str, AfterValidator(_gateway)] | None = Field(
        default=None, description="A gateway that exists, `<namespace>/<name>`; null: one is made here."
    )
    gateway_class: str = Field(default="istio", min_length=1, description="Class of the gateway made here.")
    request_timeouts: bool = Field(
        default=True, description="Whether routes carry timeouts; off for gateways that know none (GKE)."
    )


class RoutingSettings(Settings):
    """Where inference services answer from outside the cluster."""

    by: Literal["host", "path"] = Field(
        default="host",
        description="Whether a service has a host name of its own, or also a path of the one domain. "
        "Paths need Knative mode or the Gateway API.",
    )
    domain: Domain | None = Field(
        default=None,
        description="What host names end in. Unset: what the first pattern of gateway.hosts stands for "
        "(`*.models.example.com`), else the platform's own name, else example.com.",
    )
    more_domains: tuple[Domain, ...] = Field(
        default=(), description="Further endings of host names (Knative mode and the Gateway API)."
    )
    scheme: Literal["http", "https"] | None = Field(
        default=None,
        description="Scheme of the addresses that services show. Unset: the gateway's, where it has routes "
        "to them, else http.",
    )
    host_template: Annotated[str, AfterValidator(_host_template)] = Field(
        default="{{ .Name }}-{{ .Namespace }}.{{ .IngressDomain }}",
        description="Host name of a service (standard mode), as a Go template.",
    )
    path_template: Annotated[str, AfterValidator(_path_template)] = Field(
        default="/serving/{{ .Namespace }}/{{ .Name }}",
        description="Path of a service where it is reached by path, as a Go template.",
    )
    outside: bool = Field(
        default=True,
        description="Whether services are routed from outside in standard mode; a service can stay inside by "
        "its label networking.kserve.io/visibility.",
    )
    ingress_class: str | None = Field(
        default="istio", min_length=1, description="Class of the Ingresses; null: the cluster's default."
    )
    create_ingress_class: bool = Field(
        default=True,
        description="Whether that class is made here, for Istio, which ignores Ingresses without it.",
    )
    gateway_api: GatewayApiSettings = Field(
        default=GatewayApiSettings(), description="HTTPRoutes instead of Ingresses."
    )

    @model_validator(mode="after")
    def _domains_differ(self) -> Self:
        if self.domain and self.domain in self.more_domains:
            raise ValueError(f"'{self.domain}' is the domain already; allowed in moreDomains: others")
        return self
