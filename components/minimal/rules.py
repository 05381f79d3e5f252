"""What `slipway:minimal` says about the other settings of a stack.

What it fixes and what it merely suggests lie below the stack's own settings, like an overlay. So each part of
the platform reads its own settings and need not know of this one; what a stack says against a fixed one is
refused by its key.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from ..identity.gateway_settings import LOCALHOST
from ..settings_base import Settings, merged
from ..teams import TeamSettings
from .settings import MinimalSettings

KEY = "minimal"

FIXED: Mapping[str, object] = {
    "addons.istio.enabled": False,
    # Both serve through the mesh's gateways.
    "addons.gatewayApi.enabled": False,
    "addons.knative.enabled": False,
    # It reads the metrics of most programs from their sidecars.
    "addons.prometheus.enabled": False,
    "gateway.hosts": (LOCALHOST,),
    "gateway.tls.source": "none",
    "identity.provider": "none",
    # Servers at the root path, or told their path by a header. What a notebook needs stands in the route that
    # the controller makes for the mesh; without one, a notebook has to know its path by itself.
    "components.notebooks.spawner.codeServer.standard": (),
    "components.notebooks.spawner.codeServer.additional": (),
    "components.notebooks.spawner.rstudio.standard": (),
    "components.notebooks.spawner.rstudio.additional": (),
    # They find the registry by a Service in the team's namespace, which the mesh leads to Kubeflow's.
    "components.modelRegistry.ui.enabled": False,
    "components.serving.routing.gatewayApi.enabled": False,
    "components.serving.routing.outside": False,
}
"""What cannot be otherwise without a mesh, by key."""

SUGGESTED: Mapping[str, object] = {
    "addons.replicas": 1,
    # People come by plain HTTP: not every browser keeps such a cookie then, even of localhost.
    "components.notebooks.webApp.secureCookies": False,
    "components.tensorboards.webApp.secureCookies": False,
    "components.volumes.webApp.secureCookies": False,
}
"""Other defaults than those of a platform for many, by key."""

CLUSTERS = ("simulated", "kind", "existing")

# What still means something without gateway, login and mesh, beside what is fixed.
_MEANINGFUL: Mapping[str, Sequence[str]] = {
    "addons.istio": ("enabled",),
    "gateway": ("clusterDomain", "hosts", "tls"),
    "gateway.tls": ("source",),
    "identity": ("provider", "userHeader", "userPrefix", "groupsHeader"),
}


def with_presets(given: Mapping[str, object]) -> Mapping[str, object]:
    """The settings of a stack, on top of what `slipway:minimal` says; unchanged where it is not given."""
    if not given.get(KEY) or given.get("scope", "everything") != "everything":
        return given
    presets: dict[str, Any] = {}
    for key, value in {**FIXED, **SUGGESTED}.items():
        *folders, last = key.split(".")
        one: dict[str, Any] = {last: value}
        for folder in reversed(folders):
            one = {folder: one}
        presets = merged(presets, one)
    return merged(presets, given)


def problems(
    minimal: MinimalSettings | None,
    settings: Settings,
    *,
    scope: str,
    cluster: str,
    teams: Mapping[str, TeamSettings],
) -> Iterator[str]:
    """What contradicts a platform for one person, or needs one, each as one sentence with its key."""
    if minimal is None:
        if _read(settings, "addons.istio.enabled") is False:
            yield (
                "slipway:addons.istio.enabled: found false; allowed: true, or a stack with slipway:minimal, "
                "which has a way in of its own"
            )
        return
    if scope != "everything":
        yield f"slipway:minimal: found with the scope '{scope}'; allowed: with the scope 'everything'"
        return
    if cluster not in CLUSTERS:
        yield (
            f"slipway:cluster.provider: found '{cluster}' with slipway:minimal; allowed: "
            f"{', '.join(CLUSTERS)}"
        )
    for key, value in FIXED.items():
        found = _read(settings, key)
        if found != value:
            yield (
                f"slipway:{key}: found {_text(found)} with slipway:minimal; allowed: {_text(value)}, or "
                "nothing at all"
            )
    for key, known in _MEANINGFUL.items():
        model = cast("BaseModel", _read(settings, key))
        for name in sorted(to_camel(name) for name in model.model_fields_set):
            if name not in known:
                yield (
                    f"slipway:{key}.{name}: found with slipway:minimal, which has neither mesh nor login; "
                    f"allowed there: {', '.join(known)}"
                )
    for name, team in teams.items():
        yield from _team_problems(f"slipway:teams.{name}", team, minimal.user)


def _team_problems(key: str, team: TeamSettings, user: str) -> Iterator[str]:
    if team.owner != user:
        yield f"{key}.owner: found '{team.owner}'; allowed with slipway:minimal: '{user}', its only user"
    for name, there in (("members", team.members), ("groups", team.groups)):
        if there:
            yield f"{key}.{name}: found {len(there)} with slipway:minimal, which has one user; allowed: none"


def _read(settings: Settings, key: str) -> object:
    value: object = settings
    for part in key.split("."):
        model = cast("BaseModel", value)
        names = {field.alias or name: name for name, field in type(model).model_fields.items()}
        value = getattr(model, names[part])
    return value


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return str(list(cast("tuple[object, ...]", value)))
    return f"'{value}'"
