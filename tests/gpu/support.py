"""Declares GPU support under mocks for clusters of every kind."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as k8s

from components.contracts import Accelerator, AzureCloud, Capabilities, Cluster, NodePool, Sharing, Taint
from components.gpu import Gpu, GpuArgs, GpuSettings
from tests.addons.charts import Declared, declared

TAINT = Taint(key="nvidia.com/gpu", value="present")
SYSTEM = NodePool(
    name="system", min_nodes=2, max_nodes=2, cpu="8", memory="32Gi", labels={"slipway.dev/pool": "system"}
)


def pool(name: str, sharing: Sharing | None = None, *, labels: Mapping[str, str] | None = None) -> NodePool:
    """A pool whose nodes have eight H100 each."""
    resource = "nvidia.com/gpu"
    if sharing:
        resource = f"nvidia.com/mig-{sharing.profile}" if sharing.profile else "nvidia.com/gpu.shared"
    return NodePool(
        name=name,
        min_nodes=0,
        max_nodes=4,
        cpu="96",
        memory="1Ti",
        labels={"slipway.dev/pool": name, **(labels or {})},
        taints=(TAINT,),
        accelerator=Accelerator(model="NVIDIA H100 80GB HBM3", count=8, resource=resource, sharing=sharing),
    )


WHOLE = pool("whole")
TURNS = pool("turns", Sharing(strategy="timeSlicing", replicas=4))
MPS = pool("mps", Sharing(strategy="mps", replicas=10))
CUT = pool("cut", Sharing(strategy="mig", replicas=7, profile="1g.10gb"))


def cluster(
    pools: Sequence[NodePool],
    *,
    driver: bool = True,
    plugin: bool = False,
    charts: bool = True,
    azure: bool = False,
) -> Cluster:
    """A cluster with these pools and one for everything else."""
    return Cluster(
        name="test",
        kubeconfig=pulumi.Output.from_input("kubeconfig-of-a-mock"),
        provider=k8s.Provider("cluster", kubeconfig="kubeconfig-of-a-mock"),
        node_pools=(SYSTEM, *pools),
        storage_class="standard",
        capabilities=Capabilities(
            images="all" if charts else (),
            load_balancer=True,
            serves_pages=True,
            gpu_driver=driver,
            gpu_device_plugin=plugin,
        ),
        cloud=_azure() if azure else None,
    )


def supported(
    *pools: NodePool,
    settings: Mapping[str, object] | None = None,
    monitored: bool = False,
    driver: bool = True,
    plugin: bool = False,
    charts: bool = True,
    azure: bool = False,
) -> Declared:
    """What GPU support declares on a cluster with these pools. Raises SettingsError where it refuses."""
    given = GpuSettings.model_validate(settings or {})

    def program() -> None:
        monitoring = k8s.core.v1.Namespace("monitoring", metadata={"name": "there"}) if monitored else None
        there = cluster(pools, driver=driver, plugin=plugin, charts=charts, azure=azure)
        Gpu("gpu", GpuArgs(cluster=there, settings=given, monitoring=monitoring))

    return declared(program)


def _azure() -> AzureCloud:
    name = pulumi.Output.from_input("name")
    return AzureCloud(
        location="westeurope",
        resource_group=name,
        subscription_id=name,
        tenant_id=name,
        vnet_id=name,
        endpoints_subnet_id=name,
        oidc_issuer_url=name,
        tags={},
    )
