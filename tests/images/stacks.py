"""Stacks as a program declares them, with secrets and on other clusters than the simulated one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pulumi
import yaml

from components.contracts import NodePool
from components.identity.secrets import GivenSecrets
from components.platform import deploy_on
from components.platform_settings import platform_settings
from tests.support.render import MINIMAL, Rendered, mocked_cluster, run

FEW: Mapping[str, Any] = {
    name: {"enabled": False}
    for name in (
        *("dashboard", "notebooks", "volumes", "tensorboards", "pipelines", "trainer", "spark"),
        *("modelRegistry", "serving"),
    )
}
"""All components off but Katib, profiles and PodDefaults."""


def declared(
    settings: Mapping[str, Any],
    *,
    secrets: Mapping[str, str] | None = None,
    pools: tuple[NodePool, ...] = (),
    charts: bool = False,
) -> Rendered:
    """What a stack declares on a cluster that reaches webhooks and, with `charts`, runs charts."""
    checked = platform_settings({**yaml.safe_load(MINIMAL), **settings})
    given = {name: pulumi.Output.secret(value) for name, value in (secrets or {}).items()}
    rendered = Rendered()

    def program() -> pulumi.Output[None]:
        cluster = mocked_cluster(node_pools=pools, mirror=checked.images.mirror)
        if charts:
            cluster = replace(cluster, capabilities=replace(cluster.capabilities, images="all"))

        def keep(values: Mapping[str, Any]) -> None:
            rendered.outputs.update(values)

        return pulumi.Output.from_input(deploy_on(cluster, checked, GivenSecrets(values=given))).apply(keep)

    run(program, rendered)
    return rendered
