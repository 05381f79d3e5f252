"""The gateway's certificate: a Secret in the namespace of the gateway's pods, whoever fills it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import Secret

from ..contracts import CertificateAuthority, MeshAddon
from ..kube.scope import Scope
from ..kube.webhook import CERT_MANAGER
from .gateway_settings import LOCALHOST, AcmeSettings, GatewaySettings
from .secrets import TLS_CERTIFICATE, TLS_KEY, GivenSecrets

SECRET = "kubeflow-gateway-tls"
AUTHORITY = "kubeflow-gateway-ca"
ACME = "kubeflow-gateway-acme"

_DNS_SECRET = "acme-dns"
_KEY = {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"}
# The class of the Ingress that answers a challenge: Istio's own, served by the gateway.
_INGRESS_CLASS = "istio"


@dataclass(frozen=True, kw_only=True)
class TlsArgs:
    """What the certificate needs."""

    gateway: GatewaySettings
    mesh: MeshAddon
    certificates: CertificateAuthority
    secrets: GivenSecrets


def gateway_certificate(scope: Scope, args: TlsArgs) -> str | None:
    """Declare the certificate; return the name of its Secret, None where people come by plain HTTP."""
    tls = args.gateway.tls
    match tls.source:
        case "none":
            return None
        case "given":
            _given(scope, args)
        case "ownCa":
            _certificate(
                scope,
                args,
                issuer=AUTHORITY,
                after=_own_authority(scope, args),
                days=tls.own_ca.certificate_days,
            )
        case "acme":
            assert tls.acme is not None
            _certificate(scope, args, issuer=ACME, after=_acme(scope, args, tls.acme), days=None)
    return SECRET


def names(gateway: GatewaySettings, mesh: MeshAddon) -> list[str]:
    """What a certificate of the own CA is for: the hosts, and the gateway's Service for programs inside."""
    hosts = [host for host in gateway.hosts if host != "*"] or [LOCALHOST]
    if gateway.tls.source != "ownCa":
        return hosts
    service = f"istio-ingressgateway.{mesh.namespace}.svc"
    return [*hosts, service, f"{service}.{gateway.cluster_domain}"]


def _given(scope: Scope, args: TlsArgs) -> None:
    data = {"tls.crt": args.secrets.require(TLS_CERTIFICATE), "tls.key": args.secrets.require(TLS_KEY)}
    Secret(
        scope.unique(SECRET),
        metadata=scope.metadata(SECRET),
        type="kubernetes.io/tls",
        string_data=data,
        opts=scope.options(args.mesh.ready),
    )


def _own_authority(scope: Scope, args: TlsArgs) -> CustomResource:
    """A CA that is signed by itself, and the issuer that signs with it. Its key never leaves the cluster."""
    days = args.gateway.tls.own_ca.authority_days
    ready = [args.certificates.ready, args.mesh.ready]
    root = _declare(scope, "Issuer", f"{AUTHORITY}-self-signed", {"selfSigned": {}}, after=ready)
    authority = _declare(
        scope,
        "Certificate",
        AUTHORITY,
        {
            "commonName": "Kubeflow",
            "isCA": True,
            "secretName": AUTHORITY,
            "duration": f"{days * 24}h",
            "renewBefore": f"{days * 8}h",
            "privateKey": _KEY,
            "issuerRef": {"kind": "Issuer", "name": f"{AUTHORITY}-self-signed"},
        },
        after=[root],
    )
    return _declare(scope, "Issuer", AUTHORITY, {"ca": {"secretName": AUTHORITY}}, after=[authority])


def _acme(scope: Scope, args: TlsArgs, acme: AcmeSettings) -> CustomResource:
    solver: dict[str, object] = {"http01": {"ingress": {"ingressClassName": _INGRESS_CLASS}}}
    after: list[pulumi.Resource] = [args.certificates.ready, args.mesh.ready]
    if acme.challenge == "dns01":
        solver = {"dns01": dict(acme.dns01)}
    if acme.secrets:
        after.append(
            Secret(
                scope.unique(_DNS_SECRET),
                metadata=scope.metadata(_DNS_SECRET),
                string_data={key: args.secrets.require(name) for key, name in acme.secrets.items()},
                opts=scope.options(args.mesh.ready),
            )
        )
    spec = {
        "acme": {
            "email": acme.email,
            "server": acme.server,
            "privateKeySecretRef": {"name": f"{ACME}-account"},
            "solvers": [solver],
        }
    }
    return _declare(scope, "Issuer", ACME, spec, after=after)


def _certificate(
    scope: Scope, args: TlsArgs, *, issuer: str, after: pulumi.Resource, days: int | None
) -> None:
    """Its Secret is what the gateway watches. `days`: None leaves the life to the authority."""
    life = {"duration": f"{days * 24}h", "renewBefore": f"{days * 8}h"} if days else {}
    spec = {
        "secretName": SECRET,
        "dnsNames": names(args.gateway, args.mesh),
        "usages": ["digital signature", "server auth"],
        "privateKey": _KEY,
        **life,
        "issuerRef": {"kind": "Issuer", "name": issuer},
    }
    _declare(scope, "Certificate", SECRET, spec, after=[after])


def _declare(
    scope: Scope, kind: str, name: str, spec: Mapping[str, object], *, after: Sequence[pulumi.Resource]
) -> CustomResource:
    return CustomResource(
        scope.unique(f"{name}-{kind}".lower()),
        api_version=CERT_MANAGER,
        kind=kind,
        metadata=scope.metadata(name),
        spec=dict(spec),
        opts=scope.options(list(after)),
    )
