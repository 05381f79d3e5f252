"""A gateway in the cluster that speaks S3 with one user and Blob Storage with Azure, as that user's identity.

It keeps nothing: keys come from a Secret, and tokens of Azure from that of its service account (workload
identity), so that no key of the storage account exists. It says so itself to the program, without the webhook
of AKS: there is no pod without identity when that is away. versity/versitygw v1.8.0, whose only account is
its root (auth/iam_single.go); Azure SDK for Go, azidentity 1.14.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core.v1 import Secret, ServiceAccount, ServiceAccountTokenProjectionArgsDict

from ...contracts import Caller, Mesh, NodePool
from ...dynamic import GeneratedPassword
from ...kube.mesh import allow, from_principals, principal
from ...kube.network import Opening, allow_ingress, sidecar_egress
from ...kube.program import Mount, Program, http_probe, secret_key
from ...kube.pulling import pull_secrets
from ...kube.scope import Scope
from ...kube.workload import VolumeSource, Workload, deployment, service
from ...versions import ObjectStores as Images
from ..object_store import ACCESS_KEY, SECRET_KEY, StoreUser
from ..settings import GatewaySettings
from .place import short
from .rights import AUDIENCE

PORT = 9000
REGION = "us-east-1"
"""The one that clients sign with; versitygw's own default."""

_HEALTH = "/health"
_HTTPS, _DNS = 443, 53
_TOKENS, _TOKEN, _VOLUME = "/var/run/secrets/azure", "token", "azure-token"
# The image is Alpine with one program, and has no user of its own.
_USER = 65532


@dataclass(frozen=True, kw_only=True)
class GatewayArgs:
    """One user's gateway.

    Attributes:
        address: of Blob Storage. client_id: of the user's identity. tenant_id: its directory.
        mesh: the mesh; None leaves the pod without a sidecar. callers: the pods that have the keys.
        after: the leaves without which Azure would refuse it.
    """

    settings: GatewaySettings
    user: StoreUser
    password: GeneratedPassword
    address: pulumi.Input[str]
    client_id: pulumi.Input[str]
    tenant_id: pulumi.Input[str]
    mesh: Mesh | None
    callers: Sequence[Caller]
    node_pools: Sequence[NodePool]
    after: Sequence[pulumi.Resource]


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """A gateway: the Secret with the keys, and the workload. Its Service has the name `gateway_name`."""

    secret: pulumi.Output[str]
    workload: Workload


def gateway_name(user: str) -> str:
    """Name of a user's gateway: Deployment, Service and service account."""
    return f"blob-{short(user)}"


def gateway(scope: Scope, args: GatewayArgs) -> Gateway:
    """Declare a gateway."""
    user, name = args.user, gateway_name(args.user.name)
    account = ServiceAccount(
        name,
        metadata=scope.metadata(name, app=name),
        automount_service_account_token=False,
        image_pull_secrets=pull_secrets(),
        opts=scope.options(),
    )
    keys = Secret(
        user.secret or name,
        metadata=scope.metadata(user.secret or name, app=name),
        string_data={ACCESS_KEY: user.name, SECRET_KEY: args.password.value},
        opts=scope.options(),
    )
    token: ServiceAccountTokenProjectionArgsDict = {
        "audience": AUDIENCE,
        "expiration_seconds": 3600,
        "path": _TOKEN,
    }
    volumes: dict[str, VolumeSource] = {
        _VOLUME: {"projected": {"sources": [{"service_account_token": token}]}},
        "tmp": {"empty_dir": {}},
    }
    workload = deployment(
        scope,
        name,
        app=name,
        programs=[_program(args, keys.metadata.name)],
        settings=args.settings,
        service_account=account.metadata.name,
        node_pools=args.node_pools,
        volumes=volumes,
        volume_group=_USER,
        api_token=False,
        mesh=args.mesh is not None,
        config_hash=args.password.id,
        after=args.after,
    )
    service(scope, name, selector=workload.selector, ports={"http-s3": (PORT, PORT)}, app=name)
    _guard(scope, args, name, workload)
    return Gateway(secret=keys.metadata.name, workload=workload)


def _program(args: GatewayArgs, keys: pulumi.Input[str]) -> Program:
    return Program(
        name="gateway",
        image=Images.BLOB_GATEWAY,
        settings=args.settings,
        args=["azure"],
        environment={
            "ROOT_ACCESS_KEY_ID": secret_key(keys, ACCESS_KEY),
            "ROOT_SECRET_ACCESS_KEY": secret_key(keys, SECRET_KEY),
            "VGW_PORT": f":{PORT}",
            "VGW_REGION": REGION,
            "VGW_HEALTH": _HEALTH,
            "VGW_READ_ONLY": str(not args.user.writes).lower(),
            "AZ_ENDPOINT": args.address,
            "AZURE_CLIENT_ID": args.client_id,
            "AZURE_TENANT_ID": args.tenant_id,
            "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/",
            "AZURE_FEDERATED_TOKEN_FILE": f"{_TOKENS}/{_TOKEN}",
            # Nothing else is tried, such as the identity of the node.
            "AZURE_TOKEN_CREDENTIALS": "WorkloadIdentityCredential",
        },
        ports={"http-s3": PORT},
        live=http_probe(_HEALTH, PORT, period=30, timeout=5),
        ready=http_probe(_HEALTH, PORT, timeout=5),
        startup=http_probe(_HEALTH, PORT, period=2, timeout=5, failures=60),
        mounts=[
            Mount(path=_TOKENS, volume=_VOLUME),
            Mount(path="/tmp", volume="tmp", read_only=False),
        ],
        user=_USER,
        group=_USER,
        read_only_root=True,
    )


def _guard(scope: Scope, args: GatewayArgs, name: str, workload: Workload) -> None:
    """Declare who may call the gateway; it calls Azure, whose addresses no policy can name, by HTTPS only.

    The mesh asks for the identity of callers where all of them have one. Pods of runs have no sidecar.
    """
    mesh = args.mesh
    allow_ingress(
        scope,
        name,
        selector=workload.selector,
        openings=[Opening(ports=[PORT], callers=args.callers)],
        reaches=[*(sidecar_egress(mesh) or [Opening(ports=[_DNS])]), Opening(ports=[_HTTPS])],
        app=name,
    )
    if mesh is None:
        return
    known = [principal(mesh, caller) for caller in args.callers if caller.account]
    principals = known if len(known) == len(args.callers) else []
    at_port = {"operation": {"ports": [str(PORT)]}}
    allow(
        scope,
        mesh,
        name,
        app=name,
        selector=workload.selector,
        rules=[{**(from_principals(*principals) if principals else {}), "to": [at_port]}],
    )
