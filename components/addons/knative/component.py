"""Knative Serving, by the Knative operator, which is what the project has a chart of.

The chart installs the operator, a KnativeServing object tells it what to install, and that object's condition
says when it is done. Where pods do not run their images, only Knative's API types are installed. Needs the
mesh and the name of the ingress Gateway. Offers the leaf after which Knative Services can be declared.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from ...charts import ChartScope, declare, images_of, installed, namespace, types_alone
from ...contracts import Caller, Capabilities, MeshAddon, Offer
from ...versions import Charts
from .policies import policies
from .settings import KnativeSettings
from .values import LOCAL_GATEWAY, SERVING, local_gateway_values, operator_values, serving_spec

OPERATOR = "knative-operator"

_TYPES = Path(__file__).with_name("api_types.yaml")
_CHARTS = (Charts.KNATIVE_OPERATOR, Charts.ISTIO_GATEWAY)


@dataclass(frozen=True, kw_only=True)
class KnativeArgs:
    """What Knative needs.

    Attributes:
        gateway: `namespace/name` of the Gateway through which requests from outside come.
        charts: how a chart is installed, where the cluster runs one.
        domain: what host names of services end in, seen from outside; None leaves them inside.
        secure: whether people come over HTTPS.
    """

    capabilities: Capabilities
    mesh: MeshAddon
    gateway: str
    settings: KnativeSettings = field(default_factory=KnativeSettings)
    charts: ChartScope = field(default_factory=ChartScope)
    domain: str | None = None
    secure: bool = False


class Knative(pulumi.ComponentResource):
    """Knative Serving in its namespace, or its API types alone.

    Attributes:
        ready: the leaf after which Knative Services can be declared.
    """

    ready: pulumi.Resource
    offer: Offer

    def __init__(self, name: str, args: KnativeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:addons:Knative", name, None, opts)
        runs = installed(args.capabilities, *_CHARTS)
        self.ready = _operated(self, args) if runs else types_alone(_TYPES, SERVING, parent=self)
        self.offer = Offer(
            images=images_of(*_CHARTS) if runs else (),
            namespaces=(OPERATOR, SERVING) if runs else (SERVING,),
            asks_teams=_callers(args.mesh),
        )
        self.register_outputs({})


def _callers(mesh: MeshAddon) -> tuple[Caller, ...]:
    """What sends requests to models, and counts them: activator, autoscaler, the gateway from inside."""
    programs = tuple(Caller(namespace=SERVING, labels={"app": app}) for app in ("activator", "autoscaler"))
    return (*programs, Caller(namespace=mesh.namespace, labels={"istio": LOCAL_GATEWAY}))


def _operated(parent: pulumi.Resource, args: KnativeArgs) -> pulumi.Resource:
    scope = args.charts
    operator = declare(
        OPERATOR,
        Charts.KNATIVE_OPERATOR,
        scope=scope,
        namespace=OPERATOR,
        values=operator_values(args.settings, scope),
        parent=parent,
        after=[namespace(OPERATOR, parent=parent, pods="restricted")],
    )
    gateway = declare(
        LOCAL_GATEWAY,
        Charts.ISTIO_GATEWAY,
        scope=scope,
        namespace=args.mesh.namespace,
        values=local_gateway_values(args.settings.local_gateway, scope),
        parent=parent,
        after=[args.mesh.ready],
    )
    serving = namespace(SERVING, parent=parent, pods="restricted", labels={"istio-injection": "enabled"})
    open_to = policies(parent, mesh_namespace=args.mesh.namespace, after=[serving, args.mesh.ready])
    return CustomResource(
        SERVING,
        api_version="operator.knative.dev/v1beta1",
        kind="KnativeServing",
        metadata={
            "name": SERVING,
            "namespace": SERVING,
            "annotations": {"pulumi.com/waitFor": "condition=Ready"},
        },
        spec=serving_spec(
            scope,
            mesh_namespace=args.mesh.namespace,
            gateway=args.gateway,
            domain=args.domain,
            scheme="https" if args.secure else "http",
        ),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[operator, gateway, *open_to]),
    )
