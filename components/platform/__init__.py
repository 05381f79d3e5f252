"""The composition root: settings in, components wired, outputs out. Nothing else knows two components.

`ground` declares what every component stands on; `workbench`, `training` and the other areas each declare the
components of one kind of work.
"""

import pulumi

from ..clusters.choice import make_cluster
from ..contracts import Cluster
from ..outputs import Deployed, outputs
from ..platform_settings import PlatformSettings
from .delivery import deploy_delivery
from .ground import lay_ground
from .pipelines import deploy_pipelines
from .training import deploy_training
from .workbench import deploy_dashboard, deploy_workbench

__all__ = ["deploy", "deploy_on"]


def deploy(settings: PlatformSettings, *, stack: str) -> dict[str, object]:
    """Declare the whole platform of a stack and return the stack's outputs by name."""
    base = base_stack(settings, stack)
    cluster = make_cluster(
        settings.cluster, stack=stack, kubeconfig=base.kubeconfig if base else kubeconfig, referred=...
    )
    return deploy_on(cluster, settings)


def deploy_on(cluster: Cluster, settings: PlatformSettings) -> dict[str, object]:
    """Declare all that a stack has on a cluster, and return the stack's outputs by name."""
    # Children inherit both: what talks to the cluster, and that objects go where the cluster goes.
    opts = pulumi.ResourceOptions(providers=[cluster.provider], deleted_with=cluster.objects_deleted_with)
    ground = lay_ground(settings, cluster, opts)
    workbench = deploy_workbench(settings.components, ground)
    offers = {
        "base": ground.offer,
        "identity": ground.login,
        **workbench.offers,
        **deploy_pipelines(settings.components, ground),
        **deploy_training(settings.components, ground),
        **deploy_delivery(settings.components, ground),
    }
    # The dashboard comes last, since its menu is made from what the others offer.
    offers |= deploy_dashboard(settings.components, ground, workbench, offers)
    return outputs(
        Deployed(
            cluster=cluster,
            namespaces=ground.namespaces,
            mesh=ground.mesh,
            identity=ground.identity,
            offers=offers,
        )
    )
