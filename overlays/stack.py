"""Overlays of the stack that is being run."""

from collections.abc import Awaitable, Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pulumi
from pulumi_kubernetes.helm import v4 as helm

from components.settings_base import SettingsError

from .layers import STACK, Layer, Layered, Origin, lay
from .matching import component_of
from .model import ReadOverlay
from .reading import read
from .transform import Patches

KEY = "overlays"


@dataclass(frozen=True, kw_only=True)
class Overlaid:
    """A stack's settings with its overlays, and the overlays themselves, for their patches."""

    settings: Layered
    overlays: tuple[ReadOverlay, ...] = ()


def layered(given: Mapping[str, object], root: Path) -> Overlaid:
    """Lay a stack's settings over those of the overlays that it lists; `root` is the project's folder.

    Raises SettingsError for overlays that do not exist, are wrong, or contradict each other.
    """
    overlays = read(given[KEY], root) if KEY in given else ()
    layers = [
        Layer(
            origin=Origin(layer="overlay", overlay=one.name, file=one.file),
            values=one.content.settings,
            override=one.content.override,
        )
        for one in overlays
    ]
    return Overlaid(settings=lay([*layers, Layer(origin=STACK, values=given)]), overlays=overlays)


@contextmanager
def applied(overlaid: Overlaid, teams: Collection[str]) -> Generator[None]:
    """Apply the overlays' patches to all that is declared inside, and check at its end that each matched.

    What is wrong with settings there is said with the overlay that they come from.
    """
    patches = Patches(overlaid.overlays, teams)
    declared = _observed(patches) if len(patches) else []
    try:
        yield
    except SettingsError as error:
        raise SettingsError(overlaid.settings.told(str(error))) from None
    if len(patches):
        _check_at_the_end(patches, declared)


def _observed(patches: Patches) -> list[pulumi.Resource]:
    """Have the patches see what they may be for, and note what is declared from here on.

    A transform of the whole stack would see the same, but the engine would call it back for every resource,
    which makes a preview of the whole platform a third longer. That of a chart sees the chart's objects.
    """
    declared: list[pulumi.Resource] = []

    def note(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        declared.append(args.resource)
        if not patches.may_change(args.resource, args.type_):
            return None
        opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(transforms=[patches]))
        return pulumi.ResourceTransformationResult(props=args.props, opts=opts)

    pulumi.runtime.register_stack_transformation(note)
    return declared


def _check_at_the_end(patches: Patches, declared: list[pulumi.Resource]) -> None:
    """Check what was matched once the engine knows every resource: each has its URN then.

    A chart has its own when all its objects have, but in the first preview of a stack with its cluster the
    Kubernetes plugin cannot say what a chart consists of.
    """
    charts = [one for one in declared if isinstance(one, helm.Chart)]
    known = [pulumi.Output.from_input(_is_known(one.resources)) for one in charts]
    urns = [one.urn for one in declared]

    def check(values: tuple[list[str], list[bool]]) -> None:
        for urn in values[0]:
            patches.saw(component_of(urn))
        wrong, unchecked = patches.unmatched(charts_unknown=not all(values[1]))
        if unchecked:
            pulumi.log.info("overlays: not checked\n" + "\n".join(f"  - {one}" for one in unchecked))
        if found := [*patches.problems, *wrong]:
            raise pulumi.RunError("overlays cannot be applied:\n" + "\n".join(f"  - {one}" for one in found))

    pulumi.Output.all(pulumi.Output.all(*urns), pulumi.Output.all(*known)).apply(
        lambda values: check(cast("Any", (values[0], values[1])))
    )


def _is_known(output: pulumi.Output[Any]) -> Awaitable[bool]:
    return output.is_known()
