"""What MySQL and PostgreSQL have in common: a pod, databases with a user each, and who learns of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_kubernetes.core.v1 import Secret

from ..contracts import Database, Offer
from ..dynamic import GeneratedPassword
from ..kube.program import Program
from ..kube.scope import Scope
from ..kube.workload import VolumeSource, Workload, deployment, service
from .database import DatabaseArgs
from .server import DATA, account, data_volume, guard, passwords, revision, total

Engine = Literal["mysql", "postgresql"]
STATEMENTS = "init.sql"
"""Key, and name of the file, of what the server runs each time it starts."""
ROOT_KEY = "root-password"


@dataclass(frozen=True, kw_only=True)
class Pod:
    """What runs in the pod.

    Attributes:
        server: the program; its port is that of the Service, under the same name.
        first: what runs to its end before it.
        user: id of the user and the group that own the volume.
        volumes: by name, beside that of the data.
        restarts_with: what restarts it when it changes, beside databases and passwords.
    """

    server: Program
    first: Program
    user: int
    volumes: Mapping[str, VolumeSource]
    restarts_with: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What tells one kind of server from another.

    Attributes:
        token: type of its resource.
        engine: as contracts.Database names it.
        port: where it answers.
        root: whether its superuser has a password.
        statements: the lines that make databases and users, from all passwords by their names.
        pod: what runs, given the Secret with the statements.
    """

    token: str
    engine: Engine
    port: int
    root: bool
    statements: Callable[[DatabaseArgs, Mapping[str, str]], Sequence[str]]
    pod: Callable[[Scope, DatabaseArgs, Secret], Pod]


class DatabaseServer(pulumi.ComponentResource):
    """A server.

    Attributes:
        databases: each database's contract, by its name.
        offer: its images and what it reserves, disk included.
    """

    databases: Mapping[str, Database]
    offer: Offer

    def __init__(
        self, kind: Kind, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None
    ) -> None:
        super().__init__(kind.token, name, None, opts)
        scope = Scope(component=args.component, parent=self, namespaces=args.namespaces)
        names = [root_name(args)] if kind.root else []
        names += [args.password_name(database) for database in args.databases]
        made = passwords(scope, names, args.settings.password_version)
        users = secret_of_users(scope, args, made)
        pod = kind.pod(scope, args, _secret_of_server(scope, kind, args, made))
        workload = _workload(scope, args, pod, revision(made))
        service(
            scope,
            args.name,
            selector=workload.selector,
            ports={name: (port, name) for name, port in pod.server.ports.items()},
            app=args.name,
        )
        guard(scope, args, workload, kind.port, args.callers)
        self.databases = _contracts(scope, kind, args, made, secret=users, workload=workload)
        self.offer = Offer(images=workload.images, request=total(workload, args.settings.volume))
        self.register_outputs({})


def root_name(args: DatabaseArgs) -> str:
    """Name of the resource that holds the superuser's password."""
    return f"{args.name}-root"


def secret_of_users(scope: Scope, args: DatabaseArgs, made: Mapping[str, GeneratedPassword]) -> Secret:
    """What the users of the databases read."""
    values: dict[str, pulumi.Input[str]] = {}
    for database in args.databases:
        values[database.user_key] = database.name
        values[database.password_key] = made[args.password_name(database)].value
    return Secret(
        args.secret,
        metadata=scope.metadata(args.secret, app=args.name),
        string_data=values,
        opts=scope.options(),
    )


def _secret_of_server(
    scope: Scope, kind: Kind, args: DatabaseArgs, made: Mapping[str, GeneratedPassword]
) -> Secret:
    """What only the server reads."""
    known = pulumi.Output.all(**{name: password.value for name, password in made.items()})
    values: dict[str, pulumi.Input[str]] = {}
    if kind.root:
        values[ROOT_KEY] = made[root_name(args)].value
    values[STATEMENTS] = known.apply(lambda known: "\n".join([*kind.statements(args, known), ""]))
    name = f"{args.name}-server"
    return Secret(
        name,
        metadata=scope.metadata(name, app=args.name),
        string_data=values,
        opts=scope.options(),
    )


def _workload(scope: Scope, args: DatabaseArgs, pod: Pod, made_with: pulumi.Output[str]) -> Workload:
    also = pod.restarts_with
    return deployment(
        scope,
        args.name,
        app=args.name,
        programs=[pod.server],
        first=[pod.first],
        settings=args.settings,
        service_account=account(scope, args),
        node_pools=args.node_pools,
        volumes={DATA: data_volume(scope, args, args.settings.volume), **pod.volumes},
        strategy="Recreate",
        volume_group=pod.user,
        api_token=False,
        mesh=args.mesh is not None,
        config_hash=made_with if also is None else pulumi.Output.concat(made_with, "-", also),
    )


def _contracts(
    scope: Scope,
    kind: Kind,
    args: DatabaseArgs,
    made: Mapping[str, GeneratedPassword],
    *,
    secret: Secret,
    workload: Workload,
) -> Mapping[str, Database]:
    return {
        database.name: Database(
            engine=kind.engine,
            host=f"{args.name}.{scope.namespace_name}",
            port=kind.port,
            name=database.name,
            secret=secret.metadata.name,
            user_key=database.user_key,
            password_key=database.password_key,
            ready=workload.resource,
            revision=made[args.password_name(database)].id,
        )
        for database in args.databases
    }
