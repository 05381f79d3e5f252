"""Which keys a chart documents: facts of the release that is pinned, in `facts/<chart>.yaml`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

FACTS = Path(__file__).with_name("facts")

# Below these a chart takes what Kubernetes or the user defines: no list of its own says which keys there are.
_OPEN = {
    "affinity",
    "annotations",
    "containerSecurityContext",
    "data",
    "labels",
    "map",
    "matchLabels",
    "meshConfig",  # has facts of its own
    "nodeSelector",
    "override",
    "podSecurityContext",
    "resources",
    "seccompProfile",
    "securityContext",
    "selector",
    "storageSpec",
}


@dataclass(frozen=True)
class Facts:
    """What a project documents.

    Attributes:
        chart: the chart that the facts are about.
        version: its version; empty where the facts are about what a chart's values hold as a whole.
        keys: the known keys by the path of what they stand in; `name[]` are the members of a list.
    """

    chart: str
    version: str
    keys: Mapping[str, frozenset[str]]

    def unknown(self, values: Mapping[str, Any]) -> list[str]:
        """The paths of all keys that are not documented."""
        return sorted(self._unknown(values, ""))

    def _unknown(self, values: Mapping[str, Any], path: str) -> Iterator[str]:
        known = self.keys.get(path or ".")
        if known is None:
            yield f"{path}: nothing is known of what is in it"
            return
        for key, value in values.items():
            below = f"{path}.{key}" if path else key
            if key not in known:
                yield below
            elif key in _OPEN:
                continue
            elif isinstance(value, Mapping) and value:
                yield from self._unknown(cast("Mapping[str, Any]", value), below)
            elif isinstance(value, list) and f"{below}[]" in self.keys:
                for one in cast("list[Mapping[str, Any]]", value):
                    yield from self._unknown(one, f"{below}[]")


def facts(name: str) -> Facts:
    """The facts of a file."""
    held: dict[str, Any] = yaml.safe_load((FACTS / f"{name}.yaml").read_text(encoding="utf-8"))
    return Facts(
        chart=held["chart"],
        version=held.get("version", ""),
        keys={path: frozenset(keys) for path, keys in held["keys"].items()},
    )
