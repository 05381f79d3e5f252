"""Where models answer from outside: the names that the platform's gateway has for them, and by which means.

A host name of TLS belongs to one listener: Istio leaves out a later one with the same name (mergeGateways in
pilot/pkg/model/gateway.go of istio/istio 1.30). So what the Gateway of models listens for is taken from the
platform's own Gateway, and the pattern of Knative's services, which attach to that one, cannot be given away.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .settings.routing import ACTION
from .settings.serving import ServingSettings

ANY_NAME = "*"


@dataclass(frozen=True, kw_only=True)
class ModelAddresses:
    """What the platform's gateway says of addresses of services.

    Attributes:
        domain: what their host names end in where the settings name nothing. scheme: how the gateway is
            spoken to.
        names: host names that the gateway answers to, its own first; `*` is any.
        certificate: Secret with the certificate for these names, beside the gateway's pods; None for plain
            HTTP.
        oldest_tls: the oldest version of TLS that the gateway accepts.
    """

    domain: str
    scheme: str
    names: tuple[str, ...] = (ANY_NAME,)
    certificate: str | None = None
    oldest_tls: str = "1.2"


EXAMPLE = ModelAddresses(domain="example.com", scheme="http")
"""KServe's own domain."""


def domains(settings: ServingSettings, addresses: ModelAddresses) -> tuple[str, ...]:
    """What host names of services end in, the first being KServe's own."""
    given = settings.routing
    return (given.domain or addresses.domain, *given.more_domains)


def model_hosts(settings: ServingSettings, addresses: ModelAddresses) -> tuple[str, ...]:
    """Host names that a gateway for models listens for: patterns, and for paths the domain itself."""
    found = domains(settings, addresses)
    patterns = tuple(f"*.{domain}" for domain in found)
    return (*patterns, found[0]) if settings.routing.by == "path" else patterns


def uses_gateway_api(
    settings: ServingSettings, addresses: ModelAddresses, *, knative: bool, available: bool
) -> bool:
    """Whether services get routes of the Gateway API: as the settings say, else wherever it can be."""
    given = settings.routing
    if given.gateway_api.enabled is not None:
        return given.gateway_api.enabled
    wanted = available and given.outside and settings.deployment.mode == "Standard"
    return wanted and not any(obstacles(settings, addresses, knative=knative))


def listens(settings: ServingSettings, addresses: ModelAddresses, *, knative: bool, available: bool) -> bool:
    """Whether a gateway of their own is made for the routes, on the platform's pods."""
    used = uses_gateway_api(settings, addresses, knative=knative, available=available)
    return used and settings.routing.gateway_api.gateway is None


def obstacles(
    settings: ServingSettings, addresses: ModelAddresses, *, knative: bool
) -> Iterator[tuple[str, str]]:
    """Why a gateway for models cannot be made: what is in the way, and what is allowed instead.

    None where the routes attach to a gateway that is there.
    """
    given = settings.routing
    if given.gateway_api.gateway is not None:
        return
    if knative:
        yield (
            "Knative's services take the same names at the platform's own gateway",
            "addons.knative.enabled: false, or routing.gatewayApi.gateway, a gateway of your own",
        )
    if addresses.certificate and addresses.oldest_tls != "1.2":
        yield (
            f"gateway.tls.minVersion '{addresses.oldest_tls}', which a Gateway of Istio's cannot be told",
            "gateway.tls.minVersion '1.2'",
        )
    if addresses.names[0] != ANY_NAME:
        answered = addresses.names[1:]
        for host in model_hosts(settings, addresses):
            if host not in answered:
                yield (f"no name '{host}' in gateway.hosts", f"'{host}' there, after the platform's own name")
    if not _one_label(given.host_template):
        yield (
            f"routing.hostTemplate '{given.host_template}'",
            "one label before '.{{ .IngressDomain }}', as a certificate for a pattern is for one",
        )


def _one_label(template: str) -> bool:
    """Whether host names are one label below the domain."""
    found = re.fullmatch(r"(?P<label>.*)\.\{\{\s*\.IngressDomain\s*\}\}", template)
    return bool(found) and "." not in ACTION.sub("", found["label"]) if found else False
