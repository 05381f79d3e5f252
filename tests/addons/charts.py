"""Declares add-ons under mocks, where a chart stays one resource, and shows what each chart is given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pulumi
import pulumi.runtime
import pulumi_kubernetes as k8s
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.mocks import MockMonitor

from components.addons import Addons, AddonsArgs, AddonsSettings, install_addons
from components.contracts import (
    AwsCloud,
    AzureCloud,
    Capabilities,
    Cluster,
    ExternalAuthorization,
    GcpCloud,
    NodePool,
)

Cloud = AwsCloud | GcpCloud | AzureCloud
CHART = "kubernetes:helm.sh/v4:Chart"

LOGIN = ExternalAuthorization(
    name="oauth2-proxy",
    host="oauth2-proxy.oauth2-proxy.svc.cluster.local",
    port=80,
    sent=("authorization", "cookie"),
    added=("kubeflow-userid",),
    returned=("content-type", "set-cookie"),
)


@dataclass
class Declared:
    """What a program declared.

    Attributes:
        charts: what each chart was given, by its name.
        objects: other objects, by `Kind/name`.
        after: by name of a chart, or `Kind/name`, what the engine makes before it.
        addons: what the add-ons offer.
    """

    charts: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    objects: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    after: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    addons: Addons | None = None

    def values(self, chart: str) -> dict[str, Any]:
        """The values of a chart."""
        return dict(self.charts[chart]["values"])

    def before(self, name: str) -> set[str]:
        """All that is there before a chart or an object, however the program orders them."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            waiting += self.after.get(waiting.pop(), frozenset()) - found
            found.update(waiting)
        return found


class _Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        inputs = cast("dict[str, Any]", args.inputs)  # pyright: ignore[reportUnknownMemberType] # untyped there
        return f"{args.name}-id", inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(f"the program asks a provider: {args.token}")


class _Monitor(MockMonitor):
    """The engine of the mocks; keeps what is declared, and in which order."""

    def __init__(self, declared: Declared) -> None:
        super().__init__(_Mocks())
        self._declared = declared
        self._names: dict[str, str] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: ANN401, N802 - untyped, and named so, there
        made = super().RegisterResource(request)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        if str(request.type).startswith("kubernetes:"):
            given = MessageToDict(request.object)
            if request.type == CHART:
                name = str(request.name)
                self._declared.charts[name] = given
            else:
                name = f"{given['kind']}/{given['metadata']['name']}"
                self._declared.objects[name] = given
            self._names[made.urn] = name
            known = (self._names.get(urn) for urn in request.dependencies)
            self._declared.after[name] = frozenset(one for one in known if one)
        return made


def declared(program: Callable[[], object]) -> Declared:
    """Run a function that declares resources, under mocks, until all of it is done."""
    shown = Declared()
    monitor = _Monitor(shown)
    pulumi.runtime.set_mocks(_Mocks(), project="slipway", stack="test", preview=False, monitor=monitor)

    def run() -> None:
        result = program()
        if isinstance(result, Addons):
            shown.addons = result

    pulumi.runtime.test(run)()  # pyright: ignore[reportUnknownMemberType] # untyped there
    return shown


def installed(
    settings: Mapping[str, object] | None = None,
    *,
    charts: bool = True,
    capabilities: Capabilities | None = None,
    load_balancer: bool = True,
    gke: bool = False,
    pools: Sequence[NodePool] = (),
    cloud: Cloud | None = None,
    **more: Any,  # noqa: ANN401 - fields of AddonsArgs
) -> Declared:
    """The add-ons of a stack with these settings, as below `slipway:addons`, on a cluster like a cloud's."""
    checked = AddonsSettings.model_validate(settings or {})

    def program() -> Addons:
        return install_addons(
            AddonsArgs(
                settings=checked,
                cluster=replace(
                    cluster(charts=charts, load_balancer=load_balancer, gke=gke, pools=pools),
                    **({"cloud": cloud} if cloud else {}),
                    **({"capabilities": capabilities} if capabilities else {}),
                ),
                cluster_domain="cluster.local",
                gateway="kubeflow/kubeflow-gateway",
                authorizations=(LOGIN,),
                **more,
            ),
            pulumi.ResourceOptions(),
        )

    return declared(program)


def cluster(
    *, charts: bool = True, load_balancer: bool = True, gke: bool = False, pools: Sequence[NodePool] = ()
) -> Cluster:
    """A cluster as a cloud offers it."""
    return Cluster(
        name="test",
        kubeconfig=pulumi.Output.from_input("kubeconfig-of-a-mock"),
        provider=k8s.Provider("cluster", kubeconfig="kubeconfig-of-a-mock"),
        node_pools=tuple(pools),
        storage_class="standard",
        capabilities=Capabilities(
            images="all" if charts else (), load_balancer=load_balancer, serves_pages=charts
        ),
        cloud=_google() if gke else None,
    )


def _google() -> GcpCloud:
    return GcpCloud(
        project="acme-ml",
        region="europe-west4",
        network_id=pulumi.Output.from_input("network"),
        oidc_issuer_url=pulumi.Output.from_input("https://container.googleapis.com/v1/projects/acme-ml"),
        workload_pool="acme-ml.svc.id.goog",
        enables_apis=True,
        labels={},
    )


EVERYTHING: Mapping[str, object] = {
    "replicas": 3,
    "placement": {
        "nodeSelector": {"role": "system"},
        "tolerations": [{"key": "system", "operator": "Exists"}],
    },
    "certManager": {"serviceAccountAnnotations": {"iam.example.com/role": "dns"}},
    "istio": {
        "accessLogs": "json",
        "outboundTraffic": "REGISTRY_ONLY",
        "gateway": {
            "serviceAnnotations": {"example.com/internal": "true"},
            "sourceRanges": ["203.0.113.0/24"],
            "nodePorts": {"http": 30080, "https": 30443},
        },
    },
    "knative": {"enabled": True},
    "kueue": {"enabled": True, "requireQueue": True},
    "kuberay": {"enabled": True},
    "prometheus": {"enabled": True, "storageClass": "fast"},
}
"""Settings with all that an add-on can be told."""
