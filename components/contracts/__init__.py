"""What components hand to each other.

Every component takes contracts and offers one; no component imports another. A contract is a frozen
dataclass: plain values where they are known while the program runs, Outputs where only the engine knows.
`ready` is one leaf resource to wait for where no value flows; it is never a component with children, since
Pulumi writes a dependency on a component as one on each of its children, into the state of every dependent.
"""

from .callers import TEAMS, Caller
from .clouds import AwsCloud, AzureCloud, GcpCloud
from .cluster import Accelerator, Capabilities, Cluster, NodePool, Sharing, Taint, TaintEffect
from .data import Authority, Database, ObjectStore, PipelinesService
from .ground import (
    AccessManagement,
    CertificateAuthority,
    ExternalAuthorization,
    Mesh,
    MeshAddon,
    Namespaces,
    TeamBase,
    UserIdentity,
)
from .offer import MenuItem, Offer, Request
from .routes import CollectedRoutes, Route, TeamRoute

__all__ = [
    "TEAMS",
    "Accelerator",
    "AccessManagement",
    "Authority",
    "AwsCloud",
    "AzureCloud",
    "Caller",
    "Capabilities",
    "CertificateAuthority",
    "Cluster",
    "CollectedRoutes",
    "Database",
    "ExternalAuthorization",
    "GcpCloud",
    "MenuItem",
    "Mesh",
    "MeshAddon",
    "Namespaces",
    "NodePool",
    "ObjectStore",
    "Offer",
    "PipelinesService",
    "Request",
    "Route",
    "Sharing",
    "Taint",
    "TaintEffect",
    "TeamBase",
    "TeamRoute",
    "UserIdentity",
]
