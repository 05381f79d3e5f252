"""What a patch may touch: not what settings say, since outputs tell about it, nor what an object is."""

from collections.abc import Iterator
from functools import cache

from components.addons import AddonsSettings
from components.components_settings import ComponentsSettings
from components.gpu.settings import GpuSettings
from components.identity.settings import IdentitySettings
from components.kube.scope import COMPONENT_LABEL
from components.kube.settings import Placement, ProgramSettings, WorkloadSettings
from components.settings_base import Settings

from .model import Patch, ReadOverlay
from .paths import Tokens, shown

_CONTAINERS = ("containers", "initContainers")
_PLACEMENT = ("nodeName", "nodeSelector", "tolerations")
_OWN = (
    ("apiVersion",),
    ("kind",),
    ("metadata", "name"),
    ("metadata", "namespace"),
    ("metadata", "labels", COMPONENT_LABEL),
)
_KINDS = ("CronJob", "DaemonSet", "Deployment", "Job", "StatefulSet", "Pod")
_ABOVE_CONTAINERS = (("spec",), ("spec", "template"), ("spec", "template", "spec"))

# Which of our settings stand for a field, by the classes that have them.
_FIELDS: dict[str, tuple[type[Settings], str]] = {
    "image": (ProgramSettings, "image"),
    "resources": (ProgramSettings, "requests"),
    "replicas": (WorkloadSettings, "replicas"),
    "placement": (Placement, ""),
}


@cache
def components() -> dict[str, tuple[str, type[Settings]]]:
    """By the name of each component where its settings are and what they are."""
    found: dict[str, tuple[str, type[Settings]]] = {
        "base": ("", Settings),
        "cluster": ("cluster", Settings),
        "gateway": ("gateway", Settings),
        "gpu": ("gpu", GpuSettings),
        "identity": ("identity", IdentitySettings),
        "monitoring": ("monitoring", Settings),
        "teams": ("teams", Settings),
    }
    for area, model in (("components", ComponentsSettings), ("addons", AddonsSettings)):
        for name, field in model.model_fields.items():
            key, kind = field.alias or name, field.annotation
            if isinstance(kind, type) and issubclass(kind, Settings) and kind is not Placement:
                found[key] = (f"{area}.{key}", kind)
    return found


def refused(overlay: ReadOverlay, index: int) -> Iterator[str]:
    """What one patch of an overlay may not do, each as one sentence."""
    patch, about = overlay.content.patches[index], overlay.patch_name(index)
    component = patch.target.component
    if component is not None and component not in components():
        yield f"{about}: found component '{component}'; allowed: {', '.join(sorted(components()))}."
        return
    kind = patch.target.kind
    for path in _replaced(patch):
        if _is_own(path):
            yield f"{about}: {shown(path)} says which object it is, and stays; allowed: another field."
        elif field := _setting(path, kind):
            yield (
                f"{about}: {shown(path)} of {kind} is a setting, so that the stack's outputs stay true; "
                f"allowed: {_instead(field, component)}, below `settings` of the overlay or in the stack."
            )


def _replaced(patch: Patch) -> Iterator[Tokens]:
    """The paths that a patch sets, and those above them that a JSON patch writes anew as a whole."""
    for operation in patch.json_ or ():
        if operation.op != "test":
            yield operation.tokens
    for leaf in patch.leaves():
        if not any(leaf.path == operation.tokens for operation in patch.json_ or ()):
            yield leaf.path


def _is_own(path: Tokens) -> bool:
    return any(path == own[: len(path)] for own in _OWN)


def _setting(path: Tokens, kind: str) -> str | None:
    """The field of which a setting decides, that a path leads to; None where none does."""
    if path == ("spec", "replicas"):
        return "replicas"
    pods = kind in _KINDS
    if pods and any(part in _PLACEMENT for part in path):
        return "placement"
    if pods and path in _ABOVE_CONTAINERS:
        return "image"
    at = next((at for at, part in enumerate(path) if part in _CONTAINERS), None)
    if at is None:
        return None
    # The list itself and a container as a whole hold its image.
    inside = ["image", *path[at + 1 :]]
    field = inside[2] if len(inside) > 2 else "image"
    return field if field in ("image", "resources") else None


def _instead(field: str, component: str | None) -> str:
    """The settings to use."""
    if component is None or not (keys := _keys(field, component)):
        last = {"resources": "requests", "placement": "placement"}.get(field, field)
        return f"slipway:components.<component>. ... .{last}, slipway:addons.{last} for charts"
    return ", ".join(f"slipway:{key}" for key in keys)


def _keys(field: str, component: str) -> list[str]:
    path, model = components()[component]
    wanted, last = _FIELDS[field]
    return [f"{at}.{last}" if last else at for at, kind in _below(model, path) if issubclass(kind, wanted)]


def _below(model: type[Settings], path: str) -> Iterator[tuple[str, type[Settings]]]:
    yield path, model
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Settings):
            yield from _below(kind, f"{path}.{field.alias or name}")
