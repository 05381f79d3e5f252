"""The local model cache: models that nodes hold before the services that use them start.

A controller says which node holds which model, and makes volumes of the nodes' folders; an agent on each of
those nodes fetches models by jobs. Source: kserve/kserve v0.18.0, cmd/localmodel and cmd/localmodelnode.
"""

from collections.abc import Sequence
from pathlib import Path

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from ....contracts import NodePool, Request
from ....kube.objects import access
from ....kube.program import request
from ....kube.scope import Scope
from ....versions import KServe as Images
from ..manager import APP, Manager, Surroundings, manager, validators
from ..placement import node_terms
from ..settings.local_models import LocalModelsSettings, NodeGroupSettings
from ..webhooks import LOCAL_MODEL_VALIDATORS
from .agent import agent_program, on_each_node

_HERE = Path(__file__).parent

CONTROLLER = Manager(
    name="kserve-localmodel-controller-manager",
    image=Images.LOCAL_MODEL_CONTROLLER,
    service="localmodel-webhook-server-service",
    issuer="localmodel-selfsigned-issuer",
    certificate="localmodel-serving-cert",
    secret="localmodel-webhook-server-cert",
)

# No such class exists: it keeps claims from other volumes.
_CLASS = "kserve-local-models"


def local_models(
    around: Surroundings,
    settings: LocalModelsSettings,
    *,
    config_hash: str,
    after: Sequence[pulumi.Resource],
) -> tuple[tuple[str, ...], Request]:
    """Declare the cache, and return its images and what it reserves: the agent once for each node at most."""
    scope, node_pools = around.scope, around.node_pools
    bindings = access(scope, _HERE / "rbac.yaml")
    running = manager(
        around,
        CONTROLLER,
        settings.controller,
        args=[],
        # Without a leader it must not run twice.
        strategy="Recreate",
        config_hash=config_hash,
        after=[*bindings, *after],
    )
    validators(around, CONTROLLER, running, LOCAL_MODEL_VALIDATORS)
    chosen = _pools(settings, node_pools)
    agent = agent_program(settings)
    on_each_node(scope, settings, agent, chosen, config_hash=config_hash)
    for group in settings.node_groups:
        _node_group(scope, settings, group, node_pools, after[0])
    each, nodes = request(agent), sum(pool.max_nodes for pool in chosen)
    images = (*running.workload.images, agent.chosen_image)
    return images, running.workload.request + Request(cpu=each.cpu * nodes, memory=each.memory * nodes)


def _pools(settings: LocalModelsSettings, node_pools: Sequence[NodePool]) -> list[NodePool]:
    names = {group.node_pool for group in settings.node_groups}
    return [pool for pool in node_pools if pool.name in names]


def _node_group(
    scope: Scope,
    settings: LocalModelsSettings,
    group: NodeGroupSettings,
    node_pools: Sequence[NodePool],
    after: pulumi.Resource,
) -> None:
    """Nodes that hold models: the folder of each as a volume, and the claim of those who use it."""
    pools = [pool for pool in node_pools if pool.name == group.node_pool]
    shape = {
        "accessModes": ["ReadWriteOnce"],
        "volumeMode": "Filesystem",
        "storageClassName": _CLASS,
    }
    CustomResource(
        f"node-group-{group.name}",
        api_version="serving.kserve.io/v1alpha1",
        kind="LocalModelNodeGroup",
        metadata=scope.cluster_metadata(group.name, app=APP),
        spec={
            "storageLimit": group.storage_limit,
            "persistentVolumeSpec": {
                **shape,
                "capacity": {"storage": group.storage_limit},
                "persistentVolumeReclaimPolicy": "Delete",
                "local": {"path": settings.path},
                "nodeAffinity": {"required": {"nodeSelectorTerms": node_terms(pools)}},
            },
            "persistentVolumeClaimSpec": {
                **shape,
                "resources": {"requests": {"storage": group.storage_limit}},
            },
        },
        opts=scope.options(after),
    )
