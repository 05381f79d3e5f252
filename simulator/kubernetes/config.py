"""The provider's own settings: those of pulumi_kubernetes 4.34's `Provider`, and what their change means."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from simulator.kubernetes.access import kubeconfig
from simulator.kubernetes.access.kubeconfig import Access
from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.values.wire import UNKNOWN, Object

__all__ = ["Config", "Failure", "check", "difference", "variables"]

_TRUE = "true"

KEYS = frozenset(
    {
        "alwaysRender",
        "cluster",
        "clusterIdentifier",
        "context",
        "deleteUnreachable",
        "enableConfigMapMutable",
        "enablePatchForce",
        "enableSecretMutable",
        "enableServerSideApply",
        "helmReleaseSettings",
        "kubeClientSettings",
        "kubeconfig",
        "namespace",
        "renderYamlToDirectory",
        "skipUpdateUnreachable",
        "strictMode",
        "suppressDeprecationWarnings",
        "suppressHelmHookWarnings",
        "upsertExistingObjects",
    }
)
_ENGINE_KEYS = frozenset({"version", "pluginDownloadURL", "pluginChecksums", "parameterization"})

# Settings that the environment may give where the configuration is silent, as Pulumi's plugin has it.
_ENVIRONMENT = {
    "deleteUnreachable": "PULUMI_K8S_DELETE_UNREACHABLE",
    "enableConfigMapMutable": "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE",
    "enablePatchForce": "PULUMI_K8S_ENABLE_PATCH_FORCE",
    "enableSecretMutable": "PULUMI_K8S_ENABLE_SECRET_MUTABLE",
    "skipUpdateUnreachable": "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE",
    "upsertExistingObjects": "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
}


@dataclass(frozen=True)
class Config:
    """What the provider was configured with; `access` is None where `obstacle` keeps it from any cluster."""

    access: Access | None = None
    obstacle: str = ""
    namespace: str = "default"
    upsert: bool = False
    patch_force: bool = False
    config_map_mutable: bool = False
    secret_mutable: bool = False
    delete_unreachable: bool = False
    skip_update_unreachable: bool = False
    await_all: bool = False
    request_seconds: float = field(default=30.0)

    @classmethod
    def read(cls, settings: Mapping[str, str], environment: Mapping[str, str] = os.environ) -> Config:
        """Read settings, all of them strings.

        A kubeconfig that cannot be used is no error yet: what needs no cluster goes on, what needs one says
        why there is none.
        """

        def flag(key: str) -> bool:
            return settings.get(key, environment.get(_ENVIRONMENT[key], "")) == _TRUE

        access, obstacle = None, ""
        try:
            given = settings.get("kubeconfig", "")
            content = kubeconfig.parse(given) if given else kubeconfig.ambient(environment)
            access = kubeconfig.select(content, settings.get("context", ""), settings.get("cluster", ""))
        except RefusedError as problem:
            obstacle = str(problem)
        return cls(
            access=access,
            obstacle=obstacle,
            namespace=settings.get("namespace") or (access.namespace if access else "default"),
            upsert=flag("upsertExistingObjects"),
            patch_force=flag("enablePatchForce"),
            config_map_mutable=flag("enableConfigMapMutable"),
            secret_mutable=flag("enableSecretMutable"),
            delete_unreachable=flag("deleteUnreachable"),
            skip_update_unreachable=flag("skipUpdateUnreachable"),
            await_all=environment.get("PULUMI_K8S_AWAIT_ALL") == _TRUE,
            request_seconds=_request_seconds(settings, environment),
        )


def _request_seconds(settings: Mapping[str, str], environment: Mapping[str, str]) -> float:
    try:
        given = cast("Object", json.loads(settings.get("kubeClientSettings") or "{}")).get("timeout")
        return float(given or environment.get("PULUMI_K8S_CLIENT_TIMEOUT") or 30)
    except (ValueError, TypeError, AttributeError):
        message = 'kubeClientSettings must be an object such as {"timeout": 30}, in seconds'
        raise RefusedError(message) from None


def variables(settings: Object) -> dict[str, str]:
    """Flatten settings to strings, as Pulumi's own plugin receives them."""
    known = {key: value for key, value in settings.items() if value is not None and value is not UNKNOWN}
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in known.items()}


@dataclass(frozen=True)
class Failure:
    """A setting that is refused, and why."""

    key: str
    reason: str


def check(settings: Object) -> list[Failure]:
    """Return what is wrong with a provider's settings."""
    failures: list[Failure] = []
    for key in settings:
        if key not in KEYS and key not in _ENGINE_KEYS and not key.startswith("__"):
            reason = f"there is no setting {key!r}; there are {', '.join(sorted(KEYS))}"
            failures.append(Failure(key, reason))
    given = variables(settings)
    if given.get("enableServerSideApply", _TRUE) != _TRUE:
        reason = "the stand-in plugin knows server-side apply only: leave it out, or set it to true"
        failures.append(Failure("enableServerSideApply", reason))
    if given.get("renderYamlToDirectory"):
        reason = "the stand-in plugin does not render files: this needs Pulumi's own Kubernetes plugin"
        failures.append(Failure("renderYamlToDirectory", reason))
    if given.get("strictMode") == _TRUE:
        failures += [
            Failure(key, f"strictMode requires the setting {key}")
            for key in ("kubeconfig", "context")
            if not settings.get(key)
        ]
    try:
        _request_seconds(given, {})
    except RefusedError as problem:
        failures.append(Failure("kubeClientSettings", str(problem)))
    return failures


def difference(olds: Object, news: Object) -> tuple[list[str], list[str]]:
    """Return which settings changed, and which of these mean another cluster: every object is replaced.

    With a `clusterIdentifier` only its own change does. Without one it is a change of the active cluster's
    entry in the kubeconfig, and one that is not known yet counts as another cluster.
    """
    changed = sorted(key for key in {*olds, *news} if olds.get(key) != news.get(key) and key in KEYS)
    identifiers = olds.get("clusterIdentifier"), news.get("clusterIdentifier")
    replaces = ["clusterIdentifier"] if "clusterIdentifier" in changed and all(identifiers) else []
    if all(identifiers) and not replaces:
        return changed, []
    places = [key for key in ("kubeconfig", "context", "cluster") if key in changed]
    unknown = [key for key in places if news.get(key) is UNKNOWN]
    if unknown:
        return changed, [*replaces, unknown[0]]
    old, new = _active(olds), _active(news)
    if old is not None and new is not None and old != new:
        replaces += places
    return changed, replaces


def _active(settings: Object) -> Any:  # noqa: ANN401  an entry of a kubeconfig, or None
    given = settings.get("kubeconfig")
    if not given:
        return None
    try:
        content = kubeconfig.parse(given if isinstance(given, str) else json.dumps(given))
    except RefusedError:
        return None
    return kubeconfig.active_cluster(
        content, str(settings.get("context") or ""), str(settings.get("cluster") or "")
    )
