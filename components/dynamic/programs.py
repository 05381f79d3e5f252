"""The resource that makes the programs of a live simulated cluster what its stack says.

As in the package: no class moves to another module, and a provider imports what it needs inside its methods.
"""

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult
from typing_extensions import override

from components.dynamic import SimulatedCluster


class SimulatedProgramsProvider(ResourceProvider):
    """Makes the programs that run on a live cluster what `projects` and their `images` say."""

    serialize_as_secret_always = False

    @override
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        replaces = [key for key in ("cluster", "directory") if _olds.get(key) != _news.get(key)]
        changes = any(_olds.get(key) != _news.get(key) for key in ("projects", "images"))
        return DiffResult(changes=bool(replaces) or changes, replaces=replaces)

    @override
    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(f"{props['cluster']}/programs", dict(props))

    @override
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        from simulator import cluster  # noqa: PLC0415

        cluster.apply_programs(_news["directory"], tuple(_news["projects"]))
        return UpdateResult(dict(_news))


class SimulatedPrograms(Resource, module="slipway", name="SimulatedPrograms"):
    """The programs that run on a live cluster.

    They stand apart from the cluster for the same reason as its nodes. `images` are those that the programs
    stand for, so that the cluster learns of another release's.
    """

    def __init__(
        self,
        name: str,
        *,
        cluster: SimulatedCluster,
        projects: list[str],
        images: list[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            SimulatedProgramsProvider(),
            name,
            {"cluster": cluster.id, "directory": cluster.directory, "projects": projects, "images": images},
            opts,
        )
