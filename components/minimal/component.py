"""The way in of a platform for one person: one proxy, which this machine reaches by a forwarded port only.

`WayIn` installs the proxy's namespace, closed to all connections, and the API types that controllers write
for a mesh whether there is one or not. It offers contracts.Mesh without a mesh, and who the user is.
`LocalProxy` comes last: it installs the proxy, whose routes are those that components gave that contract.

The proxy listens on the loopback of its own pod, where no other pod, node or load balancer reaches it. A
forwarded port does: the kubelet has the container runtime dial localhost in the pod's network namespace
(containerd 2.x, internal/cri/server/sandbox_portforward_linux.go; CRI-O, internal/oci/runtime_oci_linux.go).
So whoever may forward ports in that namespace is the user: the kubeconfig is the login.
"""

from dataclasses import dataclass
from pathlib import Path

import pulumi
import yaml
from pulumi_kubernetes.core.v1 import Namespace, ProbeArgsDict

from ..contracts import CollectedRoutes, Mesh, Namespaces, NodePool, Offer, UserIdentity
from ..kube.api_types import api_types
from ..kube.config import config_map
from ..kube.network import deny_by_default
from ..kube.program import Mount, Program, command_probe
from ..kube.pulling import make_pull_secret
from ..kube.scope import COMPONENT_LABEL, MANAGED_BY, Place, Scope
from ..kube.settings import WorkloadSettings
from ..kube.workload import deployment
from ..versions import Pipelines as Images
from .envoy import LOOPBACK, Front, configuration
from .settings import MinimalSettings

COMPONENT = "minimal"
NAMESPACE = "kubeflow-proxy"
APP = "local-proxy"
_FOLDER, _FILE = "/etc/envoy", "local.yaml"
_USER = 1000


@dataclass(frozen=True, kw_only=True)
class WayInArgs:
    """What the way in needs: Kubeflow's namespaces, and how requests name their user.

    `gateway` is what controllers write into routes that nobody follows.
    """

    namespaces: Namespaces
    cluster_domain: str
    gateway: str
    user_header: str
    user_prefix: str
    groups_header: str


class WayIn(pulumi.ComponentResource):
    """Where the proxy will stand.

    Attributes:
        mesh: collects the routes of components. place: the proxy's namespace.
    """

    mesh: Mesh
    user: UserIdentity
    place: Place

    def __init__(self, name: str, args: WayInArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:minimal:WayIn", name, None, opts)
        types = Path(__file__).with_name("api_types")
        policies = api_types(types / "policies.yaml", parent=self)
        # One leaf for both: the second comes after the first.
        (ready,) = api_types(types / "routes.yaml", parent=self, depends_on=policies)
        created = Namespace(
            NAMESPACE,
            metadata={
                "name": NAMESPACE,
                "labels": {
                    "istio-injection": "disabled",
                    "pod-security.kubernetes.io/enforce": "restricted",
                    "app.kubernetes.io/part-of": "kubeflow",
                    "app.kubernetes.io/managed-by": MANAGED_BY,
                    COMPONENT_LABEL: COMPONENT,
                },
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.place = Place(name=NAMESPACE, created=created.metadata.name)
        make_pull_secret(NAMESPACE, self.place.created, pulumi.ResourceOptions(parent=self))
        deny_by_default(
            Scope(component=COMPONENT, parent=self, namespaces=args.namespaces, elsewhere=self.place)
        )
        self.mesh = Mesh(
            namespace=NAMESPACE,
            gateway=args.gateway,
            gateway_principal=f"{args.cluster_domain}/ns/{NAMESPACE}/sa/default",
            gateway_labels={"app": APP},
            cluster_domain=args.cluster_domain,
            ready=ready,
            collected=CollectedRoutes(),
        )
        self.user = UserIdentity(
            header=args.user_header,
            prefix=args.user_prefix,
            groups_header=args.groups_header,
            # There is nothing to log out of.
            logout_path="/",
        )
        self.register_outputs({})


@dataclass(frozen=True, kw_only=True)
class LocalProxyArgs:
    """What the proxy needs. `namespaces` are Kubeflow's."""

    settings: MinimalSettings
    way_in: WayIn
    namespaces: Namespaces
    node_pools: tuple[NodePool, ...] = ()


class LocalProxy(pulumi.ComponentResource):
    """The proxy.

    Attributes:
        reach: how this machine reaches the platform, in one sentence for people.
    """

    offer: Offer
    reach: str

    def __init__(self, name: str, args: LocalProxyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:minimal:LocalProxy", name, None, opts)
        settings, way_in = args.settings, args.way_in
        scope = Scope(component=COMPONENT, parent=self, namespaces=args.namespaces, elsewhere=way_in.place)
        config = config_map(scope, APP, {_FILE: _configuration(settings, way_in)}, app=APP)
        program = Program(
            name="envoy",
            image=Images.METADATA_ENVOY,
            settings=settings.proxy,
            # The image's entrypoint ends in -c.
            args=[f"{_FOLDER}/{_FILE}", "--concurrency", "1", "--log-level", "warning"],
            ports={"http": settings.port},
            live=_probe(settings.port, period=30),
            ready=_probe(settings.port),
            mounts=[
                Mount(path=_FOLDER, volume="config"),
                Mount(path="/tmp", volume="tmp", read_only=False),
            ],
            user=_USER,
            group=_USER,
            read_only_root=True,
        )
        workload = deployment(
            scope,
            APP,
            app=APP,
            programs=[program],
            settings=WorkloadSettings(placement=settings.placement),
            service_account="default",
            node_pools=args.node_pools,
            volumes={"config": {"config_map": {"name": config.name}}, "tmp": {"empty_dir": {}}},
            mesh=False,
            api_token=False,
            config_hash=config.digest,
        )
        self.offer = Offer(namespaces=(NAMESPACE,), images=workload.images, request=workload.request)
        port = settings.port
        self.reach = (
            f"From this machine only: kubectl --namespace {NAMESPACE} port-forward deployment/{APP} {port}, "
            f"then http://localhost:{port}/ as {settings.user}, without login"
        )
        self.register_outputs({})


def _configuration(settings: MinimalSettings, way_in: WayIn) -> str:
    collected = way_in.mesh.collected
    assert collected is not None
    front = Front(
        user=settings.user,
        identity=way_in.user,
        port=settings.port,
        cluster_domain=way_in.mesh.cluster_domain,
    )
    return yaml.safe_dump(configuration(front, collected), sort_keys=False)


def _probe(port: int, period: int = 10) -> ProbeArgsDict:
    """The kubelet's other probes dial the pod's address, where nothing answers."""
    return command_probe("bash", "-c", f"exec 3<>/dev/tcp/{LOOPBACK}/{port}", period=period)
