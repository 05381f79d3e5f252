"""What a chart renders to: `helm template`, told what the cluster is and serves.

As Pulumi's own plugin has it (pulumi-kubernetes 4.34, provider/pkg/provider/helm/v4/chart.go, which links
Helm 3.20): hooks are left out, API types in `crds/` are objects like others. One difference: a template's
function `lookup` finds nothing here, as in any `helm template`.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, cast

import yaml

from simulator.kubernetes.charts.archives import archive
from simulator.kubernetes.charts.arguments import ChartArguments
from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.values.objects import Type
from simulator.kubernetes.values.wire import Object

__all__ = ["render"]


_RESOLVERS: dict[str, list[tuple[str, Any]]] = cast("Any", yaml.CSafeLoader).yaml_implicit_resolvers


class _Loader(yaml.CSafeLoader):
    """Reads YAML as Kubernetes does, to which a date is a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _RESOLVERS.items()
}


async def render(
    arguments: ChartArguments, version: str, served: Collection[Type], tell: Callable[[str], None]
) -> list[Object]:
    """Return the objects that a chart renders for a cluster of that version, which serves those types.

    Raises RefusedError with Helm's own words where the chart cannot be had or refuses its values.
    """
    program = await asyncio.to_thread(_helm, tell)
    found = await asyncio.to_thread(archive, arguments, tell)
    if found is not None:
        arguments = replace(arguments, chart=str(found), repository="", version="")
    process = await asyncio.create_subprocess_exec(
        program,
        *_command(arguments, version, served),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "HELM_NAMESPACE": arguments.namespace},
    )
    try:
        output, errors = await process.communicate(json.dumps(arguments.values).encode())
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode != 0:
        said = errors.decode(errors="replace").strip().removeprefix("Error: ")
        message = f"chart {arguments.release} cannot be rendered: {said}"
        raise RefusedError(message)
    return await asyncio.to_thread(_objects, output)


def _helm(tell: Callable[[str], None]) -> str:
    """The program, obtained where it is missing: only who has a chart rendered needs it."""
    from simulator.tools import ToolError, ensure  # noqa: PLC0415  needed for charts alone

    try:
        return str(ensure(names=["helm"], report=tell).path("helm"))
    except ToolError as problem:
        raise RefusedError(str(problem)) from None


def _command(arguments: ChartArguments, version: str, served: Collection[Type]) -> list[str]:
    command = ["template", arguments.release, arguments.chart, "--no-hooks", "--values", "-"]
    if arguments.namespace:
        command += ["--namespace", arguments.namespace]
    if version:
        command += ["--kube-version", version]
    options = {"--repo": arguments.repository, "--version": arguments.version}
    flags = {
        "--include-crds": not arguments.skip_crds,
        "--devel": arguments.devel and not arguments.version,
        "--dependency-update": arguments.dependency_update,
        "--plain-http": arguments.plain_http,
    }
    command += [part for option, value in options.items() if value for part in (option, value)]
    command += [flag for flag, on in flags.items() if on]
    return [*command, "--api-versions", ",".join(_versions(served))] if served else command


def _versions(served: Collection[Type]) -> list[str]:
    """What a template may ask `.Capabilities.APIVersions` for: versions of groups, and types in them."""
    versions = {kind.api_version for kind in served}
    return sorted(versions | {f"{kind.api_version}/{kind.kind}" for kind in served})


def _objects(output: bytes) -> list[Object]:
    try:
        return [found for found in yaml.load_all(output, Loader=_Loader) if found]
    except yaml.YAMLError as problem:
        message = f"what the chart renders is not YAML: {problem}"
        raise RefusedError(message) from None
