"""SeaweedFS in the cluster: an object store behind the S3 protocol, in one pod with one volume.

Installs a Deployment, its Service and claim, a Secret with the keys of its first user, and one with the keys
of all. Only the S3 port leaves the pod: the servers behind it (master, volumes, filer) know no passwords and
listen to the pod alone. Offers contracts.ObjectStore for each user.
"""

import json
from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.core.v1 import Secret

from ..contracts import ObjectStore, Offer
from ..dynamic import GeneratedPassword
from ..kube.config import digest
from ..kube.program import Mount, Program, command_probe, http_probe
from ..kube.scope import Scope
from ..kube.workload import Workload, deployment, service
from ..versions import ObjectStores as Images
from .object_store import ACCESS_KEY, SECRET_KEY, ObjectStoreArgs, StoreUser
from .server import DATA, account, data_volume, guard, passwords, script, total

# The second one is where clients of Pipelines look where nothing tells them (kubeflow/pipelines 2.16.1,
# backend/src/v2/objectstore/config.go, DefaultEndpointInMultiUserMode).
S3_PORT = 8333
PORT = 9000
IDENTITIES = "identities.json"

_IDENTITIES_FOLDER = "/etc/seaweedfs-identities"
# The image's user seaweed (seaweedfs 4.34, docker/Dockerfile.go_build).
_USER = 1000
_KEEPER = "seaweedfs_keep.sh"
# SeaweedFS asks for no region; clients want one to sign with.
_REGION = "us-east-1"


class SeaweedFS(pulumi.ComponentResource):
    """A SeaweedFS server with its buckets.

    Attributes:
        stores: the contract of each user, by name. Where a user has no Secret here, `secret` is the name that
            clients look for, `mlpipeline-minio-artifact` unless the server's args say otherwise.
        offer: its images and what it reserves, disk included.
    """

    stores: Mapping[str, ObjectStore]
    offer: Offer

    def __init__(self, name: str, args: ObjectStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:storage:SeaweedFS", name, None, opts)
        names = [user.name for user in args.users]
        scope = Scope(component=args.component, parent=self, namespaces=args.namespaces)
        made = passwords(scope, [f"{args.name}-{user}" for user in names], args.settings.keys_version)
        keys = {user: made[f"{args.name}-{user}"] for user in names}
        secrets = {user.name: _secret(scope, args, user, keys[user.name]) for user in args.users}
        identities = _identities(scope, args, keys)
        workload = _workload(scope, args, identities)
        buckets = {user.name: user.bucket for user in args.users}
        service(
            scope,
            args.name,
            selector=workload.selector,
            ports={"http-s3": (S3_PORT, S3_PORT), "http-s3-compat": (PORT, S3_PORT)},
            app=args.name,
        )
        guard(scope, args, workload, S3_PORT, [user.used_by for user in args.users])
        self.stores = {
            user: ObjectStore(
                host=f"{args.name}.{scope.namespace_name}",
                port=PORT,
                secure=False,
                region=_REGION,
                bucket=buckets[user] or args.bucket.name,
                secret=secrets[user],
                access_key_name=ACCESS_KEY,
                secret_key_name=SECRET_KEY,
                access_key=pulumi.Output.from_input(user),
                secret_key=password.value,
                revision=password.id,
                ready=workload.resource,
            )
            for user, password in keys.items()
        }
        self.offer = Offer(images=workload.images, request=total(workload, args.settings.volume))
        self.register_outputs({})


def _secret(
    scope: Scope, args: ObjectStoreArgs, user: StoreUser, key: GeneratedPassword
) -> pulumi.Output[str]:
    """Declare the Secret of a user in Kubeflow's namespace and return its name."""
    if user.secret is None:
        return pulumi.Output.from_input(args.secret)
    created = Secret(
        user.secret,
        metadata=scope.metadata(user.secret, app=args.name),
        string_data={ACCESS_KEY: user.name, SECRET_KEY: key.value},
        opts=scope.options(),
    )
    return created.metadata.name


def _identities(scope: Scope, args: ObjectStoreArgs, keys: Mapping[str, GeneratedPassword]) -> Secret:
    """Who may do what, in the form of iam.proto, S3ApiConfiguration (seaweedfs 4.34)."""
    name = f"{args.name}-identities"

    def written(known: Mapping[str, str]) -> str:
        found = [
            {
                "name": user.name,
                "credentials": [{"accessKey": user.name, "secretKey": known[user.name]}],
                "actions": user.actions(args.bucket.name),
            }
            for user in args.users
        ]
        return json.dumps({"identities": found})

    return Secret(
        name,
        metadata=scope.metadata(name, app=args.name),
        string_data={
            IDENTITIES: pulumi.Output.all(**{user: key.value for user, key in keys.items()}).apply(written)
        },
        opts=scope.options(),
    )


def _workload(scope: Scope, args: ObjectStoreArgs, identities: Secret) -> Workload:
    settings, bucket = args.settings, args.bucket
    keys = Mount(path=_IDENTITIES_FOLDER, volume="identities")
    identities_file = f"{_IDENTITIES_FOLDER}/{IDENTITIES}"
    server = Program(
        name="seaweedfs",
        image=Images.SEAWEEDFS,
        settings=settings,
        args=[
            "server",
            "-dir=/data",
            "-s3",
            "-filer",
            "-master.volumePreallocate=false",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-s3.ip.bind=0.0.0.0",
            f"-s3.config={identities_file}",
            # The file says who may do what, and nothing else of S3's is wanted.
            "-s3.iam=false",
            "-s3.port.iceberg=0",
            "-master.telemetry=false",
        ],
        ports={"http-s3": S3_PORT},
        live=http_probe("/status", S3_PORT, delay=30, period=30, timeout=10),
        ready=http_probe("/status", S3_PORT, period=10, timeout=5),
        startup=http_probe("/status", S3_PORT, period=2, timeout=5, failures=300),
        mounts=[
            keys,
            Mount(path="/data", volume=DATA, read_only=False),
            Mount(path="/tmp", volume="server-tmp", read_only=False),
        ],
        user=_USER,
        group=_USER,
        read_only_root=True,
    )
    keeper = Program(
        name="keeper",
        image=Images.SEAWEEDFS,
        settings=settings.keeper,
        command=["/bin/sh", "-c", script(_KEEPER)],
        environment={
            "BUCKET": bucket.name,
            **({"FURTHER": " ".join(args.further)} if args.further else {}),
            "RETENTION": "\n".join(f"{prefix} {days}" for prefix, days in bucket.retention_days.items()),
            "IDENTITIES": identities_file,
        },
        startup=command_probe("test", "-f", "/tmp/ready", period=2, failures=300),
        ready=command_probe("test", "-f", "/tmp/ready"),
        live=command_probe("sh", "-c", "find /tmp/ready -mmin -2 | grep -q .", period=60),
        mounts=[keys, Mount(path="/tmp", volume="keeper-tmp", read_only=False)],
        user=_USER,
        group=_USER,
        read_only_root=True,
    )
    return deployment(
        scope,
        args.name,
        app=args.name,
        programs=[server, keeper],
        settings=settings,
        service_account=account(scope, args),
        node_pools=args.node_pools,
        volumes={
            DATA: data_volume(scope, args, settings.volume),
            "identities": {"secret": {"secret_name": identities.metadata.name, "default_mode": 0o440}},
            "server-tmp": {"empty_dir": {}},
            "keeper-tmp": {"empty_dir": {}},
        },
        strategy="Recreate",
        volume_group=_USER,
        api_token=False,
        # By which the keeper reaches the server with a signal.
        shared_processes=True,
        mesh=args.mesh is not None,
        # What the keeper reads when it starts; changed keys need no restart.
        config_hash=digest(
            {
                "bucket": " ".join([bucket.name, *args.further]),
                **{prefix: str(days) for prefix, days in bucket.retention_days.items()},
            }
        ),
    )
