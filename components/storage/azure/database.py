"""A flexible server of Azure Database with the databases that a component asks for.

Private: without a public address, reached by a private endpoint in the cluster's network. Encrypted at rest
with the cluster's key where it has one, and on the way because the server takes nothing else. Offers
contracts.Database for each database, as the servers in the cluster do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from ...clusters.azure.private_link import Target
from ...contracts import Authority, Database, Offer
from ...dynamic import GeneratedPassword
from ...kube.authority import authority
from ...kube.scope import Scope
from ..cloud_database import prepared, users_of
from ..data_settings import CloudDatabaseSettings
from ..database import DatabaseArgs
from ..database_server import Engine
from ..preparation import Server
from .encryption import Key
from .place import AzureData
from .protection import lock
from .servers import KINDS, Made, Wanted
from .traits import AZURE


@dataclass(frozen=True, kw_only=True)
class FlexibleServerArgs:
    """What a server is made from.

    Attributes:
        databases: what the component asks of a server, wherever it runs.
        key: what encrypts it; None for Azure's own.
    """

    engine: Engine
    settings: CloudDatabaseSettings
    databases: DatabaseArgs
    place: AzureData
    key: Key | None


class FlexibleServer(pulumi.ComponentResource):
    """A server.

    Attributes:
        databases: each database's contract, by its name.
        offer: the image that makes databases and users, and nothing that stays.
    """

    databases: Mapping[str, Database]
    offer: Offer

    def __init__(
        self, name: str, args: FlexibleServerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("slipway:storage:FlexibleServer", name, None, opts)
        kind = KINDS[args.engine]
        users = users_of(self, args.databases, args.settings.password_version)
        made = self._server(args, users.admin)
        target = Target(id=made.resource.id, part=kind.part, zone=kind.zone)
        reached = args.place.endpoint(self, args.place.name(args.databases.name), target)
        host = _after(made.host, [made.ready, *reached])
        signed = _authority(users.scope, args)
        server = Server(engine=args.engine, host=host, port=kind.port, authority=signed)
        done = prepared(users, server, host=made.host)
        self.databases, self.offer = done.databases, done.offer
        self.register_outputs({})

    def _server(self, args: FlexibleServerArgs, admin: GeneratedPassword) -> Made:
        settings, place, key = args.settings, args.place, args.key
        name = place.name(args.databases.name)
        made = KINDS[args.engine].make(
            Wanted(
                name=name,
                place=place,
                settings=settings,
                chosen=AZURE.chosen(settings),
                password=admin.value,
                key=key,
                opts=place.options(
                    self, depends_on=[key.ready] if key else (), protect=settings.deletion_protection
                ),
            )
        )
        if settings.deletion_protection:
            lock(place, self, name, made.resource.id)
        return made


def _after(host: pulumi.Output[str], leaves: Sequence[pulumi.Resource]) -> pulumi.Output[str]:
    """The address, known once pods find it and connections in clear text are refused."""
    identifiers = [leaf.id for leaf in leaves if isinstance(leaf, pulumi.CustomResource)]
    return pulumi.Output.all(host, *identifiers).apply(lambda known: str(known[0]))


def _authority(scope: Scope, args: FlexibleServerArgs) -> Authority | None:
    """The authorities that the stack names: public ones sign for these servers."""
    given, name = args.settings.authority, args.databases.name
    return authority(scope, f"{name}-authority", given, app=name) if given else None
