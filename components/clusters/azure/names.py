"""Azure's own forms of names: identifiers, and the marks that AKS puts on nodes."""

import re
from typing import Annotated

from pydantic import AfterValidator

SPOT_LABEL = "kubernetes.azure.com/scalesetpriority"
"""Label and taint (`=spot:NoSchedule`) that AKS gives to every node of a spot pool."""

FALLBACK_SUFFIX = "od"
"""What the pool of on-demand nodes beside a spot pool has at the end of its name."""

LONGEST_POOL_NAME = 12

FILES_ZONE = "privatelink.file.core.windows.net"
BLOB_ZONE = "privatelink.blob.core.windows.net"
MYSQL_ZONE = "privatelink.mysql.database.azure.com"
POSTGRESQL_ZONE = "privatelink.postgres.database.azure.com"
"""Private DNS zones (Microsoft Learn, "Azure private endpoint private DNS zone values")."""

_RESERVED_DOMAIN = "kubernetes.azure.com/"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_RESOURCE = re.compile(
    rf"/subscriptions/{_UUID.pattern}/resourceGroups/[-\w.()]{{1,90}}/providers/(?P<type>[\w.]+(/[\w.]+/[-\w.]+)+)",
    re.IGNORECASE,
)
_POOL = re.compile(r"[a-z][a-z0-9]{0,11}")
_CLUSTER = re.compile(r"[a-z]([-a-z0-9]{0,48}[a-z0-9])?")
_REGION = re.compile(r"[a-z]+[a-z0-9]*")


def _uuid(value: str) -> str:
    if not _UUID.fullmatch(value):
        raise ValueError(f"'{value}' is not a UUID (01234567-89ab-cdef-0123-456789abcdef)")
    return value.lower()


def resource_id(value: str, kind: str) -> str:
    """Return the ID of a resource of that type (`Microsoft.Network/virtualNetworks/subnets`).

    Raises ValueError where it is none, or one of another type.
    """
    found = _RESOURCE.fullmatch(value)
    provider, *parts = found["type"].split("/") if found else [""]
    if "/".join([provider, *parts[::2]]).lower() != kind.lower():
        path = kind.split("/")
        form = "/".join([path[0], *(f"{part}/<name>" for part in path[1:])])
        raise ValueError(
            f"'{value}' is not the ID of a resource {kind} "
            f"(/subscriptions/<id>/resourceGroups/<name>/providers/{form})"
        )
    return value


def of_kind(kind: str) -> AfterValidator:
    """A validator that takes IDs of resources of one type only."""
    return AfterValidator(lambda value: resource_id(value, kind))


def _pool_name(name: str) -> str:
    if not _POOL.fullmatch(name):
        raise ValueError(
            f"'{name}' cannot name an agent pool of AKS: at most {LONGEST_POOL_NAME} lower-case letters and "
            "digits are allowed, starting with a letter (gputraining)"
        )
    return name


def cluster_name(name: str) -> str:
    """Return the name, by which the cluster's resources are named too (54 characters for its DNS name).

    Raises ValueError where Azure would not take it.
    """
    if not _CLUSTER.fullmatch(name):
        raise ValueError(
            f"'{name}' cannot name a cluster on Azure: at most 50 lower-case letters, digits and hyphens are "
            "allowed, starting with a letter and not ending with a hyphen"
        )
    return name


def _region(name: str) -> str:
    if not _REGION.fullmatch(name):
        raise ValueError(
            f"'{name}' is not the name of a region (lower-case letters and digits: westeurope, eastus2)"
        )
    return name


def reserved(key: str) -> bool:
    """Whether AKS alone may set a label or taint of that key."""
    return key.startswith(_RESERVED_DOMAIN)


Uuid = Annotated[str, AfterValidator(_uuid)]
PoolName = Annotated[str, AfterValidator(_pool_name)]
ClusterName = Annotated[str, AfterValidator(cluster_name)]
Region = Annotated[str, AfterValidator(_region)]
PrivateZoneId = Annotated[str, of_kind("Microsoft.Network/privateDnsZones")]
SubnetId = Annotated[str, of_kind("Microsoft.Network/virtualNetworks/subnets")]
