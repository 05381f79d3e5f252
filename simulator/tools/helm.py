"""Helm, which only those need who have a chart rendered: see `catalog.select`."""

from __future__ import annotations

from simulator.tools import versions
from simulator.tools.catalog import Download, GoProgram, Tool

_URL = f"{versions.HELM_RELEASES}/helm-v{versions.HELM}-linux-{{arch}}.tar.gz"

TOOLS: tuple[Tool, ...] = (
    Tool(
        "helm",
        versions.HELM,
        programs=("helm",),
        version_arguments=("version", "--short"),
        official=Download(_URL, digest=f"{_URL}.sha256", member="linux-{arch}/helm"),
        build=(
            GoProgram(
                "helm",
                versions.HELM,
                module="helm",
                package="helm.sh/helm/v3/cmd/helm",
                variables={"helm.sh/helm/v3/internal/version.version": f"v{versions.HELM}"},
            ),
        ),
        newer_minor=True,
    ),
)
