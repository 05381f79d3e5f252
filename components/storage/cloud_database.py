"""What a server of any cloud does for who asked for it: passwords, users, contracts of its databases."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from ..contracts import Database, Offer
from ..dynamic import GeneratedPassword
from ..kube.scope import Scope
from . import mysql, postgresql
from .database import DatabaseArgs
from .database_server import Engine, secret_of_users
from .preparation import Server, admin_name, prepare
from .server import passwords

PORTS: Mapping[Engine, int] = {"mysql": mysql.PORT, "postgresql": postgresql.PORT}


@dataclass(frozen=True, kw_only=True)
class Users:
    """The users that a component asks for, with their passwords in its namespace.

    Attributes:
        made: the password of each, and the administrator's.
        secret: name of the Secret that holds the users' own.
    """

    asked: DatabaseArgs
    scope: Scope
    made: Mapping[str, GeneratedPassword]
    secret: pulumi.Output[str]

    @property
    def admin(self) -> GeneratedPassword:
        """The administrator's password, by which nobody but the preparation signs in."""
        return self.made[admin_name(self.asked)]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A server whose databases and users are made.

    Attributes:
        databases: each database's contract, by its name.
        offer: the image that makes databases and users, and nothing that stays.
    """

    databases: Mapping[str, Database]
    offer: Offer


def users_of(parent: pulumi.Resource, asked: DatabaseArgs, version: str) -> Users:
    """Declare a password for each user and the administrator. Another `version` makes new ones."""
    scope = Scope(component=asked.component, parent=parent, namespaces=asked.namespaces)
    names = [admin_name(asked), *(asked.password_name(one) for one in asked.databases)]
    made = passwords(scope, names, version)
    secret = secret_of_users(scope, asked, made).metadata.name
    return Users(asked=asked, scope=scope, made=made, secret=secret)


def prepared(users: Users, server: Server, *, host: pulumi.Input[str]) -> Prepared:
    """Have a Job make databases and users, and return their contracts.

    Args:
        server: as the Job reaches it; its address may be known later than that of the contracts, where
            something else has to be there before anybody can sign in.
        host: the server's address, as programs reach it.
    """
    asked = users.asked
    job = prepare(users.scope, asked, server, users.made)
    databases = {
        one.name: Database(
            engine=server.engine,
            host=host,
            port=server.port,
            name=one.name,
            secret=users.secret,
            user_key=one.user_key,
            password_key=one.password_key,
            ready=job.resource,
            revision=users.made[asked.password_name(one)].id,
            tls=True,
            authority=server.authority,
        )
        for one in asked.databases
    }
    return Prepared(databases=databases, offer=Offer(images=job.images))
