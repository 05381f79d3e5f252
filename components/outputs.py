"""What a stack tells the outside: plain values that people, programs and other stacks read."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import pulumi
from pydantic.alias_generators import to_camel

from .contracts import AwsCloud, AzureCloud, Cluster, GcpCloud, Mesh, Namespaces, Offer, UserIdentity
from .footprint import footprint

# Raised when a key of `contracts` changes its meaning, so that a stack that reads it can refuse.
CONTRACTS_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """What a stack consists of, once all of it is declared.

    Attributes:
        url: what people write into their browser; None where no host name is known.
        reach: how one person reaches a platform that answers at no address.
    """

    cluster: Cluster
    namespaces: Namespaces
    mesh: Mesh
    identity: UserIdentity
    offers: Mapping[str, Offer]
    teams: Mapping[str, object]
    team_contract: Mapping[str, object] | None = None
    url: str | None = None
    reach: str | None = None


def outputs(deployed: Deployed) -> dict[str, object]:
    """The stack's outputs by name."""
    offers = deployed.offers
    return {
        "kubeconfig": pulumi.Output.secret(deployed.cluster.kubeconfig),
        "contracts": contracts(deployed),
        "url": deployed.url if deployed.cluster.capabilities.serves_pages else None,
        **({"reach": deployed.reach} if deployed.reach else {}),
        "components": {name: {"namespaces": list(offer.namespaces)} for name, offer in offers.items()},
        "teams": dict(deployed.teams),
        "images": sorted(
            {*deployed.cluster.images, *(image for offer in offers.values() for image in offer.images)}
        ),
        "footprint": footprint(offers),
    }


def cluster_outputs(cluster: Cluster) -> dict[str, object]:
    """The outputs of a stack that holds a cluster alone."""
    return {
        "kubeconfig": pulumi.Output.secret(cluster.kubeconfig),
        "contracts": {"version": CONTRACTS_VERSION, "cluster": cluster_contract(cluster)},
        "url": None,
        "components": {},
        "teams": {},
        "images": sorted(cluster.images),
        "footprint": footprint({}),
    }


def contracts(deployed: Deployed) -> dict[str, object]:
    """What a stack that builds on this one needs to know, without secrets."""
    cluster, mesh, names = deployed.cluster, deployed.mesh, deployed.namespaces
    return {
        "version": CONTRACTS_VERSION,
        "cluster": cluster_contract(cluster),
        "namespaces": {"kubeflow": names.kubeflow_name, "system": names.system_name},
        "mesh": {
            "namespace": mesh.namespace,
            "gateway": mesh.gateway,
            "gatewayPrincipal": mesh.gateway_principal,
            "gatewayLabels": dict(mesh.gateway_labels),
            "clusterDomain": mesh.cluster_domain,
        },
        "identity": _plain(deployed.identity),
        **({"teams": dict(deployed.team_contract)} if deployed.team_contract else {}),
    }


def cluster_contract(cluster: Cluster) -> dict[str, object]:
    """A cluster as another stack reads it (clusters/reference.py), without secrets."""
    return {
        "name": cluster.name,
        "storageClass": cluster.storage_class,
        "sharedStorageClass": cluster.shared_storage_class,
        "capabilities": _plain(cluster.capabilities),
        "nodePools": [_plain(pool) for pool in cluster.node_pools],
        **({"cloud": _cloud(cluster.cloud)} if cluster.cloud else {}),
    }


def _cloud(cloud: AwsCloud | GcpCloud | AzureCloud) -> dict[str, object]:
    """An account of a cloud, without what only this run can wait for."""
    found = {field.name: getattr(cloud, field.name) for field in dataclasses.fields(cloud)}
    told = {
        to_camel(name): _plain(value)
        for name, value in found.items()
        if value is not None and not isinstance(value, pulumi.Resource)
    }
    return {"provider": cloud.provider, **told}


def _plain(value: object) -> object:
    """A frozen dataclass as keys and values, spelt as in stack files."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {to_camel(field.name): _plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, object]", value))
    if isinstance(value, tuple):
        return [_plain(item) for item in cast("tuple[object, ...]", value)]
    return value
