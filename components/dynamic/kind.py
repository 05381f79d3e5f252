"""A kind cluster as a dynamic resource."""

from typing import Any

import pulumi
from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
)
from typing_extensions import override


class _KindClusterProvider(ResourceProvider):
    """Makes and removes a kind cluster.

    `diff` never asks for the cluster, as with a simulated one; what was given to kind cannot be changed in
    place.
    """

    serialize_as_secret_always = False

    @override
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        keys = ("clusterName", "configuration", "engine", "mirrors")
        replaces = [key for key in keys if _olds.get(key) != _news.get(key)]
        return DiffResult(changes=bool(replaces), replaces=replaces, delete_before_replace=True)

    @override
    def create(self, props: dict[str, Any]) -> CreateResult:
        import sys  # noqa: PLC0415
        import uuid  # noqa: PLC0415

        from ..clusters.kind.engine import KindCluster as Engine  # noqa: PLC0415
        from ..clusters.kind.machine import MachineError  # noqa: PLC0415

        made = Engine(props["clusterName"], props["engine"])
        try:
            kubeconfig = made.create(props["configuration"], props["mirrors"])
        except MachineError:
            # Pulumi shows the traceback of whatever is raised here: what kind said is all that helps.
            sys.tracebacklimit = 0
            raise
        return CreateResult(
            f"{props['clusterName']}-{uuid.uuid4().hex[:8]}", {**props, "kubeconfig": kubeconfig}
        )

    @override
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        from ..clusters.kind.engine import KindCluster as Engine  # noqa: PLC0415

        there = Engine(props["clusterName"], props["engine"]).exists()
        return ReadResult(id_ if there else "", dict(props))

    @override
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        from ..clusters.kind.engine import KindCluster as Engine  # noqa: PLC0415

        Engine(_props["clusterName"], _props["engine"]).delete()


class KindCluster(Resource, module="slipway", name="KindCluster"):
    """A kind cluster on this machine.

    Args:
        engine: the container engine that has the nodes.
        configuration: kind's own, as YAML.
        mirrors: mirror to pull from, by registry.

    Attributes:
        kubeconfig: secret, and the same for as long as the cluster lives.
    """

    kubeconfig: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        cluster_name: str,
        engine: str,
        configuration: str,
        mirrors: dict[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            _KindClusterProvider(),
            name,
            {
                "clusterName": cluster_name,
                "engine": engine,
                "configuration": configuration,
                "mirrors": mirrors,
                "kubeconfig": None,
            },
            pulumi.ResourceOptions.merge(
                pulumi.ResourceOptions(additional_secret_outputs=["kubeconfig"]), opts
            ),
        )
