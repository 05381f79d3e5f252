"""What the servers of this folder have in common: one pod, one volume, one Service, and who may call it.

Who may call is who uses a database or a bucket: each of them names its pods (contracts.Caller), and both
policies, of the network and of the mesh, are made of those.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_kubernetes.core.v1 import PersistentVolumeClaim, ServiceAccount

from ..contracts import Caller, Mesh, Namespaces, NodePool, Request
from ..dynamic import GeneratedPassword
from ..kube.config import digest
from ..kube.mesh import allow, from_principals, mutual_tls, principal
from ..kube.network import Opening, allow_ingress, sidecar_egress
from ..kube.pulling import pull_secrets
from ..kube.quantity import gibibytes
from ..kube.scope import Scope
from ..kube.workload import VolumeSource, Workload
from .settings import VolumeSettings

DATA = "data"


@dataclass(frozen=True, kw_only=True)
class MeshRules:
    """How the mesh guards a server whose pod has a sidecar.

    Attributes:
        mesh: the mesh.
        destination_rule, policy: names of the two objects.
    """

    mesh: Mesh
    destination_rule: str
    policy: str


@dataclass(frozen=True, kw_only=True)
class ServerArgs:
    """Where a server lives, and what its objects are called.

    Attributes:
        component: key of the component that it belongs to.
        name: its Deployment, Service, service account and `app` label.
        claim: its PersistentVolumeClaim.
        secret: the Secret that its users read; of an object store the name that users elsewhere look for.
        storage_class: class of the volume where the settings name none.
        mesh: rules of the mesh; None leaves the pod without a sidecar.
    """

    component: str
    name: str
    claim: str
    secret: str
    namespaces: Namespaces
    storage_class: str
    mesh: MeshRules | None = None
    node_pools: Sequence[NodePool] = ()


def data_volume(scope: Scope, args: ServerArgs, settings: VolumeSettings) -> VolumeSource:
    """Declare the claim and return it as a volume of the pod."""
    claim = PersistentVolumeClaim(
        args.claim,
        metadata=scope.metadata(args.claim, app=args.name),
        spec={
            "access_modes": ["ReadWriteOnce"],
            "storage_class_name": settings.storage_class or args.storage_class,
            "resources": {"requests": {"storage": settings.size}},
        },
        opts=scope.options(),
    )
    return {"persistent_volume_claim": {"claim_name": claim.metadata.name}}


def account(scope: Scope, args: ServerArgs) -> pulumi.Output[str]:
    """Declare the server's service account, which may do nothing and gets no token; return its name."""
    created = ServiceAccount(
        args.name,
        metadata=scope.metadata(args.name, app=args.name),
        automount_service_account_token=False,
        image_pull_secrets=pull_secrets(),
        opts=scope.options(),
    )
    return created.metadata.name


def guard(scope: Scope, args: ServerArgs, workload: Workload, port: int, callers: Sequence[Caller]) -> None:
    """Declare who may call the server, at its own port only, whatever else listens; it calls nobody itself.

    The mesh asks for the identity of callers where all of them have one. Pods of runs have no sidecar.
    """
    rules = args.mesh
    allow_ingress(
        scope,
        args.name,
        selector=workload.selector,
        openings=[Opening(ports=[port], callers=callers)],
        reaches=sidecar_egress(rules.mesh if rules else None),
        app=args.name,
    )
    if rules is None:
        return
    mutual_tls(scope, rules.mesh, rules.destination_rule, app=args.name, service=args.name)
    at_port = {"operation": {"ports": [str(port)]}}
    known = [principal(rules.mesh, caller) for caller in callers if caller.account]
    principals = known if len(known) == len(callers) else []
    allow(
        scope,
        rules.mesh,
        rules.policy,
        app=args.name,
        selector=workload.selector,
        rules=[{**(from_principals(*principals) if principals else {}), "to": [at_port]}],
    )


def passwords(scope: Scope, names: Sequence[str], version: str) -> Mapping[str, GeneratedPassword]:
    """A password for each name."""
    return {name: GeneratedPassword(name, rotate=version, opts=scope.options()) for name in names}


def revision(made: Mapping[str, GeneratedPassword]) -> pulumi.Output[str]:
    """A text that is no secret and changes when one of the passwords does."""
    return pulumi.Output.all(**{name: password.id for name, password in made.items()}).apply(digest)


def script(name: str) -> str:
    """One of the scripts of this folder, without its comments: a state holds it twice."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return "\n".join([*lines, ""])


def total(workload: Workload, volume: VolumeSettings) -> Request:
    """What the server reserves, its volume with it."""
    return workload.request + Request(disk=gibibytes(volume.size))
