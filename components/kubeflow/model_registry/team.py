"""How a team finds registry and catalog in its own namespace.

The web app looks for them in the namespace that its user has chosen, by Services of a certain label and name,
and the dashboard offers people their own namespaces only. So each team gets Services of those names without
pods behind them, and a route of the mesh that leads from them to Kubeflow's. Pods of the team that have a
sidecar can use the same names.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import Service

from ...contracts import Mesh, Namespaces
from ...kube.mesh import NETWORKING
from ...kube.scope import Place, Scope
from . import catalog, server
from .settings import ModelRegistrySettings

ROUTE = "model-registry"


@dataclass(frozen=True, kw_only=True)
class TeamModelRegistryArgs:
    """What a team's way to the registry needs.

    Attributes:
        place: the team's namespace.
    """

    settings: ModelRegistrySettings
    namespaces: Namespaces
    place: Place
    mesh: Mesh


def team_model_registry(team: pulumi.Resource, args: TeamModelRegistryArgs) -> None:
    """Declare registry and catalog as one team's namespace shows them, as a part of the team."""
    here = Scope(component="modelRegistry", parent=team, namespaces=args.namespaces, elsewhere=args.place)
    there = Scope(component="modelRegistry", parent=team, namespaces=args.namespaces)
    shown = server.annotations(args.settings.server)
    _service(here, server.SERVICE, labels=server.LABELS, annotations=shown)
    ways = {server.SERVICE: server.PREFIX}
    if args.settings.catalog.enabled:
        _service(here, catalog.APP, labels=catalog.LABELS, annotations={})
        ways[catalog.APP] = catalog.PREFIX
    domain = args.mesh.cluster_domain
    CustomResource(
        here.unique(ROUTE),
        api_version=NETWORKING,
        kind="VirtualService",
        metadata=here.metadata(ROUTE),
        spec={
            "gateways": ["mesh"],
            "hosts": [here.host(service, domain) for service in ways],
            "http": [
                {
                    "match": [{"uri": {"prefix": prefix}}],
                    "route": [
                        {
                            "destination": {
                                "host": there.host(service, domain),
                                "port": {"number": server.PORT},
                            }
                        }
                    ],
                }
                for service, prefix in ways.items()
            ],
        },
        opts=here.options(args.mesh.ready),
    )


def _service(scope: Scope, name: str, *, labels: Mapping[str, str], annotations: Mapping[str, str]) -> None:
    Service(
        scope.unique(name),
        # No pod is ever behind it, so that there is nothing to wait for.
        metadata=scope.metadata(
            name, labels=labels, annotations={**annotations, "pulumi.com/skipAwait": "true"}
        ),
        spec={
            "type": "ClusterIP",
            "ports": [{"name": server.PORT_NAME, "port": server.PORT, "protocol": "TCP"}],
        },
        opts=scope.options(),
    )
