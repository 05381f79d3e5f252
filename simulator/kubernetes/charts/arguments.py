"""What a program says about a chart: the inputs of pulumi_kubernetes 4.34's `helm.v4.Chart`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from google.protobuf import struct_pb2

from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.values.wire import Object, decode

__all__ = ["ChartArguments"]

# What the stand-in does not do. Files of the program's come as assets, which reach the plugin in a form of
# their own; credentials would show in the arguments of a process.
_REFUSED = {
    "keyring": "leave it out",
    "postRenderer": "use a transform of the program's",
    "valueYamlFiles": "give their content as `values`",
    "verify": "leave it out, or give an archive whose checksum was compared",
}
_REPOSITORY = frozenset({"repo"})


@dataclass(frozen=True, kw_only=True)
class ChartArguments:
    """One chart.

    Attributes:
        release: what its templates know as the release's name.
        prefix: what the names of its resources begin with.
        chart: a name in `repository`, a registry's address, an archive or a folder.
        repository: the address of an index of charts; empty where `chart` says all.
        version: exact, or a range as Helm reads it; empty for the newest.
    """

    release: str
    prefix: str
    chart: str
    repository: str = ""
    version: str = ""
    namespace: str = ""
    values: Object = field(default_factory=dict[str, object])
    devel: bool = False
    dependency_update: bool = False
    plain_http: bool = False
    skip_crds: bool = False
    skip_await: bool = False
    include_hooks: bool = False

    @classmethod
    def read(cls, name: str, inputs: struct_pb2.Struct) -> ChartArguments | None:
        """Read the inputs of a resource of that name; None where something in them is not known yet.

        Raises RefusedError for what the stand-in does not do.
        """
        for key, instead in _REFUSED.items():
            if key in inputs.fields and inputs.fields[key].WhichOneof("kind") != "null_value":
                message = f"{name}: the stand-in plugin does not know the chart's {key!r}: {instead}"
                raise RefusedError(message)
        decoded = decode(inputs)
        if decoded.unknown:
            return None
        given = {key: value for key, value in decoded.value.items() if value is not None}
        options = cast("Object", given.get("repositoryOpts") or {})
        if foreign := sorted(key for key, value in options.items() if value and key not in _REPOSITORY):
            message = (
                f"{name}: the stand-in plugin does not know the repository's {', '.join(foreign)}: log in "
                "with `helm registry login`, or give an archive"
            )
            raise RefusedError(message)
        return cls(
            release=str(given.get("name") or name),
            prefix=str(given.get("resourcePrefix", name)),
            chart=str(given.get("chart", "")),
            repository=str(options.get("repo") or ""),
            version=str(given.get("version") or ""),
            namespace=str(given.get("namespace") or ""),
            values=cast("Object", given.get("values") or {}),
            devel=bool(given.get("devel")),
            dependency_update=bool(given.get("dependencyUpdate")),
            plain_http=bool(given.get("plainHttp")),
            skip_crds=bool(given.get("skipCrds")),
            skip_await=bool(given.get("skipAwait")),
            include_hooks=bool(given.get("includeHooks")),
        )
