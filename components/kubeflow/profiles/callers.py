"""Who may ask access management for what.

The program itself checks an owner or administrator where members are changed or a profile is deleted, by the
identity header of the request. It does not check who creates a profile (CreateProfile in api_default.go of
access-management v2.0.0), and believes the header of whoever reaches it. The mesh decides both.
"""

from collections.abc import Mapping, Sequence

from ...contracts import UserIdentity
from ...kube.mesh import from_principals

Rule = Mapping[str, object]

# The routes of routers.go (access-management v2.0.0), but for the one that creates a profile.
_MEMBERS: tuple[Rule, ...] = (
    {"methods": ["GET"], "paths": ["/kfam/v1/bindings", "/kfam/v1/role/clusteradmin"]},
    {"methods": ["POST", "DELETE"], "paths": ["/kfam/v1/bindings"]},
    {"methods": ["DELETE"], "paths": ["/kfam/v1/profiles/*"]},
)
_CREATE: Rule = {"methods": ["POST"], "paths": ["/kfam/v1/profiles"]}


def rules(
    *,
    dashboard: str,
    gateway: str | None,
    registration_flow: bool,
    admins: Sequence[str],
    identity: UserIdentity,
) -> list[Rule]:
    """Rules of the AuthorizationPolicy in front of access management.

    Args:
        dashboard: the dashboard's principal. It asks in its users' names, and creates their profiles.
        gateway: the gateway's principal where people may call by themselves, None where they may not.
    """
    everything = [*_MEMBERS, _CREATE] if registration_flow else list(_MEMBERS)
    result: list[Rule] = [_allowed([dashboard] if gateway is None else [dashboard, gateway], everything)]
    if gateway is not None and admins and not registration_flow:
        header = f"request.headers[{identity.header}]"
        values = [f"{identity.prefix}{admin}" for admin in admins]
        result.append({**_allowed([gateway], [_CREATE]), "when": [{"key": header, "values": values}]})
    return result


def _allowed(principals: Sequence[str], operations: Sequence[Rule]) -> dict[str, object]:
    return {
        **from_principals(*principals),
        "to": [{"operation": dict(operation)} for operation in operations],
    }
