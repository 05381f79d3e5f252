"""A simulated cluster: real etcd, API server, scheduler and controller manager, and nodes that are simulated.

All its files are in one directory that the caller names, all its ports on the loopback address.
"""

from simulator.cluster.configuration import Additions
from simulator.cluster.errors import ClusterError
from simulator.cluster.lifecycle import (
    Leftovers,
    Status,
    apply_pools,
    apply_programs,
    client,
    create,
    delete,
    leftovers,
    restart,
    start,
    status,
    stop,
)

__all__ = [
    "Additions",
    "ClusterError",
    "Leftovers",
    "Status",
    "apply_pools",
    "apply_programs",
    "client",
    "create",
    "delete",
    "leftovers",
    "restart",
    "start",
    "status",
    "stop",
]
