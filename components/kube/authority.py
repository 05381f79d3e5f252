"""The certificates by which a program checks those of a database."""

from typing import Protocol

import pulumi
from pulumi_kubernetes.core.v1 import ConfigMap

from ..contracts import Authority
from .config import digest
from .program import Mount
from .scope import Scope
from .workload import VolumeSource

KEY = "ca.crt"
FOLDER = "/etc/database-authority"
FILE = f"{FOLDER}/{KEY}"
_VOLUME = "database-authority"

# Go programs look for certificates in all of these folders beside the image's own bundle (crypto/x509,
# root_unix.go), so that public authorities stay known.
_GO_FOLDERS = f"/etc/ssl/certs:{FOLDER}"


class Served(Protocol):
    """A database, or its server: who signs its certificate, if that is known."""

    @property
    def authority(self) -> Authority | None:
        """By whom it is checked; None believes whoever answers."""
        ...


def authority(
    scope: Scope, name: str, certificates: pulumi.Input[str], *, app: str, names_host: bool = True
) -> Authority:
    """Declare the ConfigMap with the certificates of a server's authority, in PEM."""
    text = pulumi.Output.from_input(certificates)
    made = ConfigMap(
        scope.unique(name), metadata=scope.metadata(name, app=app), data={KEY: text}, opts=scope.options()
    )
    revision = text.apply(lambda known: digest({KEY: known}))
    return Authority(config_map=made.metadata.name, revision=revision, names_host=names_host)


def authority_mounts(served: Served) -> list[Mount]:
    """Where the program finds them, if there are any."""
    return [Mount(path=FOLDER, volume=_VOLUME)] if served.authority else []


def authority_volumes(served: Served) -> dict[str, VolumeSource]:
    """The volume of `authority_mounts`."""
    return {_VOLUME: {"config_map": {"name": served.authority.config_map}}} if served.authority else {}


def checked_by_go(served: Served) -> bool:
    """Whether a Go program checks the certificate by the system's authorities, to which ours is added.

    It always compares the name as well.
    """
    return served.authority is not None and served.authority.names_host


def go_authorities(served: Served) -> dict[str, str]:
    """The variable by which a Go program knows the authority beside those of its image."""
    return {"SSL_CERT_DIR": _GO_FOLDERS} if checked_by_go(served) else {}


def postgresql_checks(served: Served) -> dict[str, str]:
    """What libpq, lib/pq and pgx read about encrypted connections: all of them know both kinds of check."""
    if served.authority is None:
        return {"PGSSLMODE": "require"}
    mode = "verify-full" if served.authority.names_host else "verify-ca"
    return {"PGSSLMODE": mode, "PGSSLROOTCERT": FILE}
