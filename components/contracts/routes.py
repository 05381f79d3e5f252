"""Ways from a path to a program, as a gateway of any kind has to follow them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Route:
    """Requests below a prefix, and the Service that gets them.

    Attributes:
        prefix: what the path begins with.
        host, port: DNS name and port of the Service.
        rewrite: what the prefix becomes on the way; None keeps it.
        request_headers: set on each request, whatever the client sent.
        timeout: a number and a unit (ms, s, m, h) such as `300s`; None: no limit.
        ignore_case: whether capitals and small letters are the same in the prefix.
        query: parameters that a request has to have, each with an expression (RE2) for its whole value.
        refusal: refuse such a request with status 403 and this text instead.
    """

    prefix: str
    host: str
    port: int = 80
    rewrite: str | None = None
    request_headers: Mapping[str, str] = field(default_factory=dict[str, str])
    timeout: str | None = None
    ignore_case: bool = False
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    refusal: str | None = None


@dataclass(frozen=True, kw_only=True)
class TeamRoute:
    """Routes that a controller makes, one for each program that it starts in the namespace of a team.

    Requests below `<prefix>/<namespace>/<name>/` reach port 80 of the Service `<service_prefix><name>` of
    that namespace.

    Attributes:
        prefix: with a slash in front and none behind.
        rewrite: what all of that becomes on the way; None keeps it.
        timeout: as that of a Route.
    """

    prefix: str
    service_prefix: str = ""
    rewrite: str | None = None
    timeout: str | None = None


@dataclass(frozen=True)
class CollectedRoutes:
    """The routes of all components, collected while they are declared."""

    routes: list[Route] = field(default_factory=list[Route])
    team_routes: list[TeamRoute] = field(default_factory=list[TeamRoute])
