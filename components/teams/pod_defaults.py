"""The PodDefaults of a team (kubeflow.org/v1alpha1, kubeflow/dashboard v2.0.0, poddefaults-webhooks)."""

import re

from pulumi_kubernetes.apiextensions import CustomResource

from ..kube.scope import Scope
from .args import TeamArgs
from .pod_default_settings import PodDefaultSettings

PROXY, PIP_MIRROR = "proxy", "pip-mirror"


def pod_defaults(scope: Scope, args: TeamArgs) -> None:
    """Declare those of all teams and the team's own, which take the place of those of the same name."""
    if args.base.pod_default_type is None:
        return
    for name, settings in chosen(args).items():
        # An empty selector takes every pod of the namespace.
        labels = {} if settings.every_pod else {name: "true"}
        CustomResource(
            scope.unique(name),
            api_version="kubeflow.org/v1alpha1",
            kind="PodDefault",
            metadata=scope.metadata(name),
            spec={
                "desc": settings.description or name,
                "selector": {"matchLabels": labels},
                **_adds(settings),
            },
            opts=scope.options(args.base.pod_default_type),
        )


def chosen(args: TeamArgs) -> dict[str, PodDefaultSettings]:
    """What the team gets, by name."""
    defaults, found = args.defaults, dict[str, PodDefaultSettings]()
    if defaults.proxy:
        environment = defaults.proxy.environment(args.mesh.cluster_domain)
        found[PROXY] = PodDefaultSettings(
            description="Reach the internet", every_pod=True, environment=environment
        )
    if defaults.pip_mirror:
        found[PIP_MIRROR] = PodDefaultSettings(
            description="Install Python packages from the mirror",
            every_pod=True,
            environment={"PIP_INDEX_URL": defaults.pip_mirror},
        )
    return {**found, **defaults.pod_defaults, **args.settings.pod_defaults}


def _adds(settings: PodDefaultSettings) -> dict[str, object]:
    volumes = {
        f"secret-{re.sub('[^a-z0-9]+', '-', secret)}"[:63].rstrip("-"): secret
        for secret in settings.secret_files.values()
    }
    names = {secret: volume for volume, secret in volumes.items()}
    added: dict[str, list[dict[str, object]]] = {
        "env": [{"name": name, "value": value} for name, value in settings.environment.items()],
        "envFrom": [{"secretRef": {"name": name}} for name in settings.environment_secrets],
        "volumes": [{"name": name, "secret": {"secretName": secret}} for name, secret in volumes.items()],
        "volumeMounts": [
            {"name": names[secret], "mountPath": folder, "readOnly": True}
            for folder, secret in settings.secret_files.items()
        ],
    }
    return {field: value for field, value in added.items() if value}
