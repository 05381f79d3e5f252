"""The Spark webhook: it checks applications, and completes the pods of drivers and executors.

It makes its certificate itself, for ten years, keeps it in a Secret, and writes the CA into its registrations
(pkg/certificate of v2.5.0). With one of cert-manager's it would go on serving the old one after a renewal: it
reads the Secret at its start only.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import pulumi
from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict

from ...contracts import Capabilities, NodePool
from ...kube.network import NAMESPACE_NAME, allow_ingress, from_api_server
from ...kube.program import Mount
from ...kube.scope import Scope
from ...kube.webhook import Hook, own_certificate, register
from ...kube.workload import Workload, deployment, service
from .program import APP, USER, election_flags, metrics_flags, operator_program, selector, watched
from .settings import SparkSettings, WebhookSettings

NAME = "spark-operator-webhook"
SERVICE = "spark-operator-webhook-svc"

_PORT = 9443
_CERTIFICATES = "/etc/k8s-webhook-server/serving-certs"
_GROUP = "sparkoperator.k8s.io"
# Version and plural of what is checked and completed.
_TYPES = (
    ("v1beta2", "sparkapplication"),
    ("v1beta2", "scheduledsparkapplication"),
    ("v1alpha1", "sparkconnect"),
)


def webhook(
    scope: Scope,
    capabilities: Capabilities,
    settings: SparkSettings,
    node_pools: Sequence[NodePool],
    *,
    after: Sequence[pulumi.Resource],
) -> Workload:
    """Declare the webhook, and register it once it answers."""
    secret = own_certificate(scope, "spark-operator-webhook-certs", app=APP)
    program = operator_program(
        "webhook",
        settings.webhook,
        metrics=settings.metrics,
        args=_flags(scope, settings, secret),
        ports={"webhook": _PORT},
        mount=Mount(path=_CERTIFICATES, volume="serving-certs", read_only=False),
    )
    chosen = selector("webhook")
    workload = deployment(
        scope,
        NAME,
        app=APP,
        programs=[program],
        settings=settings.webhook,
        service_account=NAME,
        node_pools=node_pools,
        volumes={"serving-certs": {"empty_dir": {"size_limit": "500Mi"}}},
        volume_group=USER,
        selector=chosen,
        mesh=False,
        after=after,
    )
    service(scope, SERVICE, selector=chosen, ports={"webhook": (_PORT, "webhook")}, app=APP)
    allow_ingress(scope, NAME, selector=chosen, openings=[from_api_server(_PORT)], app=APP)
    _register(scope, capabilities, settings, workload)
    return workload


def _flags(scope: Scope, settings: SparkSettings, secret: pulumi.Output[str]) -> Sequence[pulumi.Input[str]]:
    flags: list[pulumi.Input[str]] = [
        watched(settings),
        pulumi.Output.concat("--webhook-secret-name=", secret),
        f"--webhook-secret-namespace={scope.namespace_name}",
        f"--webhook-svc-name={SERVICE}",
        f"--webhook-svc-namespace={scope.namespace_name}",
        f"--webhook-port={_PORT}",
        f"--mutating-webhook-name={NAME}",
        f"--validating-webhook-name={NAME}",
        *metrics_flags(settings.metrics),
        *election_flags(scope, "webhook"),
    ]
    if settings.webhook.enforce_quotas:
        flags.append("--enable-resource-quota-enforcement=true")
    return flags


def _register(scope: Scope, capabilities: Capabilities, settings: SparkSettings, workload: Workload) -> None:
    own, where = settings.webhook, _namespaces(settings)
    hooks: Mapping[Literal["Mutating", "Validating"], Sequence[Hook]] = {
        "Mutating": [_pods(own, where), *(_hook("mutate", *one, own, where) for one in _TYPES)],
        "Validating": [_hook("validate", *one, own, where) for one in _TYPES],
    }
    for kind, those in hooks.items():
        register(
            scope,
            capabilities,
            kind,
            NAME,
            those,
            app=APP,
            service=SERVICE,
            port=_PORT,
            certificate=None,
            answered_by=workload,
        )


def _pods(settings: WebhookSettings, where: LabelSelectorArgsDict | None) -> Hook:
    return Hook(
        name=f"mutate--v1-pod.{_GROUP}",
        path="/mutate--v1-pod",
        rules=[{"api_groups": [""], "api_versions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
        failure=settings.failure_policy,
        namespaces=where,
        objects={"match_labels": {f"{_GROUP}/launched-by-spark-operator": "true"}},
        side_effects="NoneOnDryRun",
        timeout_seconds=settings.timeout_seconds,
    )


def _hook(
    verb: str, version: str, kind: str, settings: WebhookSettings, where: LabelSelectorArgsDict | None
) -> Hook:
    name = f"{verb}-{_GROUP.replace('.', '-')}-{version}-{kind}"
    return Hook(
        name=f"{name}.{_GROUP}",
        path=f"/{name}",
        rules=[
            {
                "api_groups": [_GROUP],
                "api_versions": [version],
                "operations": ["CREATE", "UPDATE"],
                "resources": [f"{kind}s"],
            }
        ],
        failure=settings.failure_policy,
        namespaces=where,
        side_effects="NoneOnDryRun",
        timeout_seconds=settings.timeout_seconds,
    )


def _namespaces(settings: SparkSettings) -> LabelSelectorArgsDict | None:
    if not settings.namespaces:
        return None
    return {
        "match_expressions": [{"key": NAMESPACE_NAME, "operator": "In", "values": list(settings.namespaces)}]
    }
