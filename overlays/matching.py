"""Which objects a patch is for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, cast

import pulumi
from pulumi.output import Unknown

from components.kube.scope import COMPONENT_LABEL

from .allowed import components
from .model import Target

_TEAM_KINDS = ("Namespace", "Profile")
_AREAS = {"clusters": "cluster", "gpu": "gpu", "identity": "identity", "teams": "teams"}


@dataclass(frozen=True, kw_only=True)
class Object:
    """An object of Kubernetes. None: not known yet; an empty namespace: it belongs to none."""

    kind: str
    name: str | None
    namespace: str | None
    component: str | None

    def __str__(self) -> str:
        return f"{self.kind} {f'{self.namespace}/' if self.namespace else ''}{self.name or '(not known yet)'}"


def kind_of(token: str) -> str | None:
    """The kind of object that a resource's type stands for: `kubernetes:apps/v1:Deployment`."""
    parts = token.split(":")
    if len(parts) != 3 or parts[0] != "kubernetes" or parts[1].startswith("helm.sh/"):
        return None
    return parts[2]


async def describe(args: pulumi.ResourceTransformArgs, kind: str, parent: str) -> Object:
    """What is known of a resource's object. `parent` is the URN of what it belongs to."""
    metadata = await _known(dict(args.props).get("metadata"))
    fields = dict(cast("Mapping[str, Any]", metadata)) if isinstance(metadata, Mapping) else dict[str, Any]()
    labels = await _known(fields.get("labels"))
    label = cast("Mapping[str, Any]", labels).get(COMPONENT_LABEL) if isinstance(labels, Mapping) else None
    return Object(
        kind=kind,
        name=_text(await _known(fields.get("name"))),
        namespace=_text(await _known(fields.get("namespace", ""))),
        component=label if isinstance(label, str) else component_of(parent),
    )


def component_of(urn: str) -> str | None:
    """The component of a resource, by the types in the URN of what it belongs to."""
    known = {name.casefold(): name for name in components()}
    types = urn.split("::")[2].split("$") if urn.count("::") >= 3 else []
    ours = [parts for parts in (one.split(":") for one in reversed(types)) if parts[0] == "slipway"]
    for _, area, name in ours:
        if found := known.get(name.casefold()) or _AREAS.get(area):
            return found
    return None


def matches(target: Target, found: Object, teams: Collection[str]) -> bool | None:
    """Whether an object is one of those that a patch is for; None where only the engine will know."""
    if target.kind != found.kind or target.component not in (None, found.component):
        return False
    answers = [_fits(found.name, target.name)]
    if target.namespace is not None:
        answers.append(_fits(found.namespace, target.namespace))
    if target.team is not None:
        # The namespace of a team has its name, and the profile that it comes from as well.
        place = found.name if found.kind in _TEAM_KINDS else found.namespace
        answers.append(None if place is None else place in teams and _fits(place, target.team))
    if False in answers:
        return False
    return None if None in answers else True


def _fits(value: str | None, pattern: str) -> bool | None:
    if pattern == "*":
        return True
    return None if value is None else fnmatchcase(value, pattern)


async def _known(value: Any) -> Any:  # noqa: ANN401 - any field
    """A value as far as it is known."""
    if isinstance(value, pulumi.Output):
        output = cast("pulumi.Output[Any]", value)
        return await output.future() if await output.is_known() else None
    return None if isinstance(value, Unknown) else value


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
