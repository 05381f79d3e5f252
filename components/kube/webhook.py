"""Admission webhooks: the certificate that serves them, and their registration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pulumi
from pulumi_kubernetes.admissionregistration.v1 import (
    MatchConditionArgsDict,
    MutatingWebhookArgsDict,
    MutatingWebhookConfiguration,
    RuleWithOperationsArgsDict,
    ValidatingWebhookArgsDict,
    ValidatingWebhookConfiguration,
)
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import Secret
from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict

from ..contracts import Capabilities, CertificateAuthority
from .scope import Scope
from .workload import Workload

CERT_MANAGER = "cert-manager.io/v1"
INJECT_CA = "cert-manager.io/inject-ca-from"
# Pulumi's Kubernetes plugin waits for it. Until cert-manager has written the CA the API server trusts nobody
# there, and would refuse what is created right after the registration.
AWAIT_CA = {"pulumi.com/waitFor": "jsonpath={.webhooks[0].clientConfig.caBundle}"}
# Keeps away Azure's admissions enforcer, which would change the selector of namespaces: our next change would
# be a conflict. Nobody else reads it (Microsoft Learn, AKS, frequently asked questions: admission webhooks).
_AS_GIVEN = {"admissions.enforcer/disabled": "true"}


@dataclass(frozen=True, kw_only=True)
class ServingCertificate:
    """A certificate that cert-manager keeps in a Secret, self-signed and renewed by it.

    Attributes:
        secret: name of the Secret with `tls.crt`, `tls.key` and `ca.crt`.
        inject: annotation that has cert-manager write the CA into whatever carries it.
        resource: the Certificate.
    """

    secret: str
    inject: Mapping[str, str]
    resource: CustomResource


def serving_certificate(
    scope: Scope,
    authority: CertificateAuthority,
    *,
    app: str,
    issuer: str,
    certificate: str,
    secret: str,
    service: str,
    cluster_domain: str = "cluster.local",
) -> ServingCertificate:
    """Declare the issuer and the certificate for one Service that the API server calls."""
    host = f"{service}.{scope.namespace_name}.svc"
    issued_by = CustomResource(
        issuer,
        api_version=CERT_MANAGER,
        kind="Issuer",
        metadata=scope.metadata(issuer, app=app),
        spec={"selfSigned": {}},
        opts=scope.options(authority.ready),
    )
    resource = CustomResource(
        certificate,
        api_version=CERT_MANAGER,
        kind="Certificate",
        metadata=scope.metadata(certificate, app=app),
        spec={
            "commonName": host,
            "dnsNames": [host, f"{host}.{cluster_domain}"],
            "isCA": True,
            "issuerRef": {"kind": "Issuer", "name": issuer},
            "secretName": secret,
        },
        opts=scope.options(issued_by),
    )
    return ServingCertificate(
        secret=secret,
        inject={INJECT_CA: f"{scope.namespace_name}/{certificate}"},
        resource=resource,
    )


def own_certificate(scope: Scope, secret: str, *, app: str) -> pulumi.Output[str]:
    """Declare the empty Secret of a program that makes and renews its certificate itself; return its name.

    Such programs (Open Policy Agent's cert-controller, `pkg/rotator`) fill the Secret, wait until they find
    its content in their volume, and write the CA into their webhooks whenever those appear. The Secret has to
    be there before they start: they may not create it.
    """
    resource = Secret(secret, metadata=scope.metadata(secret, app=app), type="Opaque", opts=scope.options())
    return resource.metadata.name


@dataclass(frozen=True, kw_only=True)
class Hook:
    """One webhook of a configuration.

    Attributes:
        rules: what is sent to it (admissionregistration/v1 RuleWithOperations).
        namespaces, objects: label selectors of the namespaces and objects that it is asked about.
        match: Exact asks about the API versions of its rules alone, and not about others of the same kind.
        conditions: CEL expressions by name; it is asked only about requests for which all are true.
    """

    name: str
    path: str
    rules: Sequence[RuleWithOperationsArgsDict]
    failure: Literal["Fail", "Ignore"] = "Fail"
    namespaces: LabelSelectorArgsDict | None = None
    objects: LabelSelectorArgsDict | None = None
    reinvocation: Literal["Never", "IfNeeded"] | None = None
    side_effects: Literal["None", "NoneOnDryRun"] = "None"
    timeout_seconds: int | None = None
    review_versions: Sequence[str] = ("v1",)
    match: Literal["Exact", "Equivalent"] | None = None
    conditions: Mapping[str, str] = field(default_factory=dict[str, str])


def register(
    scope: Scope,
    capabilities: Capabilities,
    kind: Literal["Mutating", "Validating"],
    name: str,
    hooks: Sequence[Hook],
    *,
    app: str,
    service: str,
    port: int = 443,
    certificate: ServingCertificate | None,
    answered_by: Workload,
) -> pulumi.Resource | None:
    """Register webhooks once what answers them is available.

    `certificate` is None where the program that answers writes the CA itself (`own_certificate`).

    Who comes after the registration meets webhooks that the API server trusts. Returns None where the API
    server gets no answer from those pods, since they do not run or cannot be reached: registered there, a
    webhook would refuse every object that it selects. The CA bundle is cert-manager's or the program's to
    write and is never declared.
    """
    if not capabilities.answers(*answered_by.images):
        return None
    inject: Mapping[str, str] = certificate.inject if certificate else {}
    metadata = scope.cluster_metadata(name, app=app, annotations={**inject, **AWAIT_CA, **_AS_GIVEN})
    opts = scope.options(answered_by.resource)
    if kind == "Validating":
        validating: list[ValidatingWebhookArgsDict] = [
            {**_webhook(scope, hook, service, port)} for hook in hooks
        ]
        return ValidatingWebhookConfiguration(name, metadata=metadata, webhooks=validating, opts=opts)
    mutating: list[MutatingWebhookArgsDict] = [_mutating(scope, hook, service, port) for hook in hooks]
    return MutatingWebhookConfiguration(name, metadata=metadata, webhooks=mutating, opts=opts)


def _mutating(scope: Scope, hook: Hook, service: str, port: int) -> MutatingWebhookArgsDict:
    result: MutatingWebhookArgsDict = {**_webhook(scope, hook, service, port)}
    if hook.reinvocation:
        result["reinvocation_policy"] = hook.reinvocation
    return result


def _webhook(scope: Scope, hook: Hook, service: str, port: int) -> ValidatingWebhookArgsDict:
    result: ValidatingWebhookArgsDict = {
        "name": hook.name,
        "admission_review_versions": list(hook.review_versions),
        "client_config": {
            "service": {"name": service, "namespace": scope.namespace, "path": hook.path, "port": port}
        },
        "failure_policy": hook.failure,
        "rules": list(hook.rules),
        "side_effects": hook.side_effects,
    }
    if hook.namespaces:
        result["namespace_selector"] = hook.namespaces
    if hook.objects:
        result["object_selector"] = hook.objects
    if hook.match:
        result["match_policy"] = hook.match
    if hook.conditions:
        conditions: list[MatchConditionArgsDict] = [
            {"name": name, "expression": expression} for name, expression in hook.conditions.items()
        ]
        result["match_conditions"] = conditions
    if hook.timeout_seconds:
        result["timeout_seconds"] = hook.timeout_seconds
    return result
