"""What a stack asks of data services and cannot have. Asked before anything is created."""

from collections.abc import Iterator, Mapping

from ..settings_base import Settings
from .aws.traits import AWS
from .azure.traits import AZURE
from .backup.settings import problems as backup_problems
from .cloud_traits import DataTraits
from .data_settings import CloudBucketSettings, CloudDatabaseSettings, DataSettings
from .gcp.traits import GCP

# Clusters whose cloud's databases and buckets there are components for, by the provider of the cluster.
CLOUDS: Mapping[str, DataTraits] = {"aws": AWS, "gcp": GCP, "azure": AZURE}


def problems(
    data: DataSettings, *, cluster: str | None, outbound: str, root: str | None, store: bool = True
) -> Iterator[str]:
    """What of the settings cannot be had in a stack, each as one sentence with its key.

    Args:
        cluster: provider of the cluster; None where another stack has it that was not read yet.
        outbound: the mesh's outboundTrafficPolicy.
        root: where runs keep artifacts, if the stack says so.
        store: whether a store in the cluster is asked for, where data is there.
    """
    yield from backup_problems(
        data.backup, embedded=data.provider == "embedded", store=store, outbound=outbound
    )
    if data.provider == "embedded":
        yield from _of_no_cloud(data)
        return
    if cluster is not None and cluster in CLOUDS:
        yield from CLOUDS[cluster].problems(data.database, data.object_store)
        yield from _root_problems(root, CLOUDS[cluster].scheme)
    elif cluster is not None:
        yield (
            f"slipway:data.provider: found 'cloud' with a cluster of provider '{cluster}', whose databases "
            f"and buckets there are no components for; allowed: 'embedded', or a cluster of provider "
            f"{', '.join(repr(one) for one in CLOUDS)}, which another stack may have"
        )
    if outbound == "REGISTRY_ONLY":
        yield (
            "slipway:data.provider: found 'cloud' with addons.istio.outboundTraffic 'REGISTRY_ONLY', by "
            "which the mesh lets no pod out of the cluster; allowed: 'embedded', or ALLOW_ANY"
        )
    if data.object_store.name is None:
        yield (
            "slipway:data.objectStore.name: is missing; it is required with provider 'cloud', since no two "
            "buckets in the world have the same name"
        )


def _of_no_cloud(data: DataSettings) -> Iterator[str]:
    parts: Mapping[str, tuple[Settings, Settings]] = {
        "database": (data.database, CloudDatabaseSettings()),
        "objectStore": (data.object_store, CloudBucketSettings()),
    }
    for key, (found, default) in parts.items():
        if found != default:
            yield (
                f"slipway:data.{key}: is for databases and buckets of a cloud, and provider is "
                "'embedded'; allowed: provider 'cloud', or the settings of each component "
                "(components.<name>.database, components.pipelines.objectStore)"
            )


def _root_problems(root: str | None, scheme: str) -> Iterator[str]:
    """What runs would open as another kind of store: with keys where there are none, or without."""
    found = (root or "").partition("://")[0]
    if found in ("minio", "s3") and found != scheme:
        yield (
            f"slipway:components.pipelines.runs.defaultPipelineRoot: found '{root}' with data.provider "
            f"'cloud', where runs open the bucket another way; allowed: a root that begins with {scheme}://"
        )
