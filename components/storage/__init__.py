"""Databases and object stores that run in the cluster itself.

Each is a component that offers the contract its users take: contracts.Database, contracts.ObjectStore. A
component that uses one never knows which it is.
"""

from .database import DatabaseArgs, LogicalDatabase
from .mysql import MySQL
from .object_store import Account, Bucket, ObjectStoreArgs, StoreUser
from .postgresql import PostgreSQL
from .seaweedfs import SeaweedFS
from .server import MeshRules
from .settings import DatabaseSettings, ObjectStoreSettings, VolumeSettings

__all__ = [
    "Account",
    "Bucket",
    "DatabaseArgs",
    "DatabaseSettings",
    "LogicalDatabase",
    "MeshRules",
    "MySQL",
    "ObjectStoreArgs",
    "ObjectStoreSettings",
    "PostgreSQL",
    "SeaweedFS",
    "StoreUser",
    "VolumeSettings",
]
