"""Applies patches to objects on their way to the engine, those of charts too, and keeps what was matched."""

from collections.abc import Awaitable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_kubernetes.helm import v4 as helm

from .matching import Object, describe, kind_of, matches
from .model import Patch, ReadOverlay
from .patching import patched
from .paths import REMOVED, Tokens, shown


@dataclass(kw_only=True)
class Applied:
    """A patch, and what became of it.

    Attributes:
        name: what messages call it.
        on: the objects that it was applied to; `perhaps` counts those of which only the engine will know.
    """

    name: str
    patch: Patch
    on: list[str] = field(default_factory=list[str])
    perhaps: int = 0


class Patches:
    """The patches of a stack as one transform.

    Attributes:
        problems: what could not be done, each as one sentence.
    """

    def __init__(self, overlays: Sequence[ReadOverlay], teams: Collection[str]) -> None:
        self.problems: list[str] = []
        self._teams = frozenset(teams)
        self._patches = [
            Applied(name=overlay.patch_name(index), patch=patch)
            for overlay in overlays
            for index, patch in enumerate(overlay.content.patches)
        ]
        self._kinds = {one.patch.target.kind for one in self._patches}
        self._components: set[str] = set()
        self._names: dict[str, set[str]] = {kind: set() for kind in self._kinds}

    def __len__(self) -> int:
        return len(self._patches)

    def saw(self, component: str | None) -> None:
        """Note that a component is rendered here."""
        if component is not None:
            self._components.add(component)

    def may_change(self, resource: pulumi.Resource, token: str) -> bool:
        """Whether a resource may be an object that a patch is for, or have such objects."""
        return isinstance(resource, helm.Chart) or kind_of(token) in self._kinds

    def __call__(
        self, args: pulumi.ResourceTransformArgs
    ) -> Awaitable[pulumi.ResourceTransformResult | None] | None:
        """The transform, of an object or of a chart and its objects."""
        kind = kind_of(args.type_)
        return self._patched(args, kind) if kind in self._kinds else None

    async def _patched(
        self, args: pulumi.ResourceTransformArgs, kind: str
    ) -> pulumi.ResourceTransformResult | None:
        parent = await args.opts.parent.urn.future() if args.opts.parent else None
        found = await describe(args, kind, parent or "")
        self._names[kind].add(found.name or args.name)
        self.saw(found.component)
        fields: dict[str, Any] = dict(args.props)
        if not (chosen := list(self._chosen(found))):
            return None
        for one in chosen:
            fields = patched(fields, one.patch, self._reporter(one, found))
        return pulumi.ResourceTransformResult(props=fields, opts=args.opts)

    def _chosen(self, found: Object) -> Iterator[Applied]:
        """The patches for an object, without one that another contradicts."""
        set_by: dict[Tokens, tuple[object, Applied]] = {}
        for one in self._patches:
            match matches(one.patch.target, found, self._teams):
                case None:
                    one.perhaps += 1
                    continue
                case False:
                    continue
                case True:
                    one.on.append(str(found))
            if contradiction := self._contradiction(one, set_by):
                self.problems.append(f"{one.name}, {found}: {contradiction}")
                continue
            set_by |= {leaf.path: (leaf.value, one) for leaf in one.patch.leaves()}
            yield one

    @staticmethod
    def _contradiction(one: Applied, set_by: dict[Tokens, tuple[object, Applied]]) -> str | None:
        if one.patch.override:
            return None
        for leaf in one.patch.leaves():
            for path, (value, other) in set_by.items():
                shorter = min(len(path), len(leaf.path))
                touches = path[:shorter] == leaf.path[:shorter]
                if touches and not (path == leaf.path and value == leaf.value) and other is not one:
                    here, there = (_value(each) for each in (leaf.value, value))
                    return (
                        f"sets {shown(leaf.path)} to {here}, and {other.name} sets {shown(path)} to {there}; "
                        "allowed: one of them, or `override: true` in this patch."
                    )
        return None

    def _reporter(self, one: Applied, found: Object) -> "Reporter":
        return Reporter(self.problems, f"{one.name}, {found}")

    def unmatched(self, *, charts_unknown: bool) -> tuple[list[str], list[str]]:
        """After all was declared: what is wrong with patches that matched nothing, and which are not checked.

        `charts_unknown` says that charts did not tell yet what they consist of.
        """
        wrong: list[str] = []
        unchecked: list[str] = []
        for one in self._patches:
            target = one.patch.target
            if one.on or one.perhaps:
                continue
            if target.component is not None and target.component not in self._components:
                unchecked.append(f"{one.name}: component {target.component} is not in this stack")
            elif target.team is not None and not self._teams:
                unchecked.append(f"{one.name}: this stack has no team")
            elif charts_unknown:
                unchecked.append(f"{one.name}: what charts consist of is known once there is a cluster")
            else:
                names = ", ".join(sorted(self._names[target.kind])) or "none"
                wrong.append(
                    f"{one.name}: matches no object ({target.told()}). Objects of kind {target.kind} in this "
                    f"stack: {names}."
                )
        return wrong, unchecked


@dataclass(frozen=True)
class Reporter:
    """Keeps what went wrong with one patch on one object."""

    problems: list[str]
    about: str

    def __call__(self, text: str) -> None:
        """Keep one problem."""
        self.problems.append(f"{self.about}: {text}.")


def _value(value: object) -> str:
    return "nothing" if value is REMOVED else repr(value)
