"""The gate of a cluster without a way outside: what a stack declares may name no address beyond it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import pulumi

from ..kube.image import Reference
from ..kube.pulling import ImageSource
from .outside import outside
from .settings import AirgapSettings, ImagesSettings

_KEY = "slipway:airgap"
_SHOWN = 3


@dataclass
class Watch:
    """Notes what is declared, for `problems`. What only an engine knows is looked at once it is known."""

    _noted: list[tuple[str, Mapping[str, object]]] = field(
        default_factory=list[tuple[str, Mapping[str, object]]]
    )

    def options(self) -> pulumi.ResourceOptions:
        """Options by which a component and all its children are noted."""
        return pulumi.ResourceOptions(transformations=[self._note])

    def problems(self, allowed: Iterable[str]) -> Iterator[str]:
        """Each host that something names and that is not allowed, as one sentence."""
        allowed = tuple(allowed)
        places: dict[str, list[str]] = {}
        for name, props in self._noted:
            for host, where in outside(props, name, allowed=allowed):
                places.setdefault(host, []).append(where)
            for where, output in _outputs(props, name):
                _look_later(output, where, allowed)
        for host, found in places.items():
            yield _told(host, found)

    def _note(self, args: pulumi.ResourceTransformationArgs) -> None:
        if args.type_.startswith("kubernetes:"):
            kind = args.type_.rpartition(":")[2]
            # Where a chart itself comes from, `chart_problem` tells.
            wanted = ("values",) if kind == "Chart" else args.props
            props = {key: args.props[key] for key in wanted if args.props.get(key) is not None}
            self._noted.append((f"{kind}/{args.name}", props))


def problems(
    airgap: AirgapSettings, images: ImagesSettings, pulled: Mapping[str, Sequence[str]], source: ImageSource
) -> Iterator[str]:
    """What would be pulled from elsewhere than a mirror, each as one sentence; `pulled` is by component."""
    mirrors = [place for place in (images.mirror, *images.mirrors.values()) if place]
    hosts = {place.partition("/")[0] for place in mirrors}
    if not mirrors and any(pulled.values()):
        pulled = {"the stack": [name for names in pulled.values() for name in names]}
    for component, names in pulled.items():
        found = [
            name
            for name in dict.fromkeys(names)
            if (registry := Reference.of(name).registry) not in hosts
            and registry.partition(":")[0] not in airgap.allowed_hosts
        ]
        if found:
            shown = ", ".join(f"'{source.originals.get(name, name)}'" for name in found[:_SHOWN])
            more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
            yield (
                f"{_KEY}: found {shown}{more}, which {component} pulls from outside; allowed: "
                f"{', '.join(mirrors) or 'what slipway:images.mirror has, which is not set'}"
            )


def chart_problem(kind: str) -> str | None:
    """What is wrong with where charts come from."""
    if kind != "repositories":
        return None
    return (
        f"{_KEY}: found slipway:addons.source.kind 'repositories', which are outside; allowed: 'mirror' with "
        "a registry, or 'folder' with archives and their checksums"
    )


def _told(host: str, found: Sequence[str]) -> str:
    more = f" and {len(found) - 1} more places" if len(found) > 1 else ""
    return (
        f"{_KEY}: found '{host}' in {found[0]}{more}; allowed: Services, and hosts in "
        f"{_KEY}.allowedHosts. Set the address to one inside, or switch off what needs it"
    )


def _outputs(value: object, path: str) -> Iterator[tuple[str, pulumi.Output[object]]]:
    match value:
        case pulumi.Output():
            yield path, cast("pulumi.Output[object]", value)
        case Mapping():
            for key, one in cast("Mapping[str, object]", value).items():
                yield from _outputs(one, f"{path}.{key}")
        case list() | tuple():
            for index, one in enumerate(cast("Sequence[object]", value)):
                yield from _outputs(one, f"{path}[{index}]")
        case _:
            pass


def _look_later(output: pulumi.Output[object], path: str, allowed: Sequence[str]) -> None:
    def look(value: object) -> None:
        # The host alone is told: the rest of the value may be a secret.
        for host, where in outside(value, path, allowed=allowed):
            raise pulumi.RunError(_told(host, [where]))

    output.apply(look)
