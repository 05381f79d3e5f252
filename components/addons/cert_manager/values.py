"""Values of cert-manager's chart (deploy/charts/cert-manager of cert-manager/cert-manager v1.20)."""

from ...charts import ChartScope, Values, resources
from ...kube.running import current
from ...kube.scope import COMPONENT_LABEL
from ...kube.settings import Compute
from .settings import CertManagerSettings

RELEASE = "cert-manager"
WEBHOOK = f"{RELEASE}-webhook"
"""The validating webhook's configuration; the chart names it so for a release of its own name."""


def values(settings: CertManagerSettings, scope: ChartScope) -> Values:
    """The chart's values."""
    return {
        # Chart and types have one version; `keep` marks them so that uninstalling leaves certificates alone.
        "crds": {"enabled": True, "keep": True},
        "global": {
            # Elsewhere than in kube-system, which some clouds close to everybody.
            "leaderElection": {"namespace": RELEASE},
            # By it a stack's summary counts workloads.
            "commonLabels": {COMPONENT_LABEL: "certManager"},
        },
        "serviceAccount": {"annotations": dict(settings.service_account_annotations)},
        **_program(settings.controller, scope),
        # It serves a second after its start; the chart waits five.
        "webhook": {**_program(settings.webhook, scope), "readinessProbe": {"initialDelaySeconds": 1}},
        "cainjector": _program(settings.cainjector, scope),
        # A hook of Helm's, which Pulumi never runs; the add-on's leaf waits instead.
        "startupapicheck": {"enabled": False},
        # Issuers outside are reached by the controller; the chart has keys in small letters alone.
        **{name: value for name, value in current().environment.items() if name.islower()},
    }


def _program(requests: Compute, scope: ChartScope) -> Values:
    return {
        "replicaCount": scope.replicas,
        "podDisruptionBudget": {"enabled": scope.redundant},
        "resources": resources(requests),
        **scope.placement,
    }
