"""A stack of teams alone: what the stack of the platform tells it, and how it is read.

Written and read here, so that both sides agree. All of it is plain but the keys of the teams' buckets, which
the stack of the platform makes for the names in `teamDefaults.elsewhere`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi

from ..components_settings import ComponentsSettings
from ..contracts import (
    Caller,
    Cluster,
    Mesh,
    Namespaces,
    ObjectStore,
    PipelinesService,
    TeamBase,
    UserIdentity,
)
from ..footprint import footprint
from ..outputs import cluster_outputs
from ..platform_settings import PlatformSettings
from ..settings_base import SettingsError
from ..teams.problems import pool_problems, problems
from .base_stack import BaseStack
from .images import Images
from .teams import TeamPlatform, deploy_teams

_STORE = (
    *("host", "port", "secure", "region", "bucket", "access_key_name", "secret_key_name"),
    *("keyless", "scheme", "account_annotations", "pod_labels", "environment"),
)
_SERVICE = ("host", "port", "metadata_host", "metadata_port")
_BASE = ("namespace_labels", "pages_principal", "notebooks_principal")


def team_contract(settings: PlatformSettings, platform: TeamPlatform) -> dict[str, object]:
    """What stacks of teams need to know of the platform: part `teams` of the output `contracts`."""
    told: dict[str, object] = {
        "components": settings.components.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "base": _chosen(platform.base, _BASE) | {"callers": _told(platform.base.callers)},
        "queues": platform.kueue is not None,
        "here": list(settings.teams),
        "elsewhere": list(settings.team_defaults.elsewhere),
    }
    if platform.pipelines is not None:
        told["pipelines"] = _chosen(platform.pipelines, _SERVICE)
        told["stores"] = {
            name: _chosen(platform.stores[name], _STORE) for name in settings.team_defaults.elsewhere
        }
    return told


def team_keys(settings: PlatformSettings, platform: TeamPlatform) -> Mapping[str, object]:
    """The output `teamKeys`, secret: what opens the bucket, by the names of teams in other stacks."""
    if platform.pipelines is None or not settings.team_defaults.elsewhere:
        return {}
    keys = {
        name: {
            "accessKey": platform.stores[name].access_key,
            "secretKey": platform.stores[name].secret_key,
            "secret": platform.stores[name].secret,
            "revision": platform.stores[name].revision,
        }
        for name in settings.team_defaults.elsewhere
    }
    return {"teamKeys": pulumi.Output.secret(keys)}


def deploy_teams_stack(
    cluster: Cluster, settings: PlatformSettings, base: BaseStack, images: Images
) -> dict[str, object]:
    """Declare the teams of a stack that has nothing else, and return the stack's outputs by name.

    Raises SettingsError where the other stack has no platform, or not what the teams ask for.
    """
    told = base.contracts.get("teams")
    if not isinstance(told, Mapping):
        raise SettingsError(
            f"slipway:cluster.stack: found '{settings.refers_to}', which has no platform with profiles; "
            "allowed: for a stack of teams, the stack that has the platform"
        )
    contract = cast("Mapping[str, Any]", told)
    components = ComponentsSettings.model_validate(contract["components"])
    _check(settings, contract, components, cluster)
    # What the other stack has is there already: there is nothing to wait for but the way to the cluster.
    opts = images.watched(
        pulumi.ResourceOptions(providers=[cluster.provider], deleted_with=cluster.objects_deleted_with)
    )
    platform = _platform(cluster, base, contract, components)
    teams = deploy_teams(settings, platform, opts)
    images.check(cluster, {"teams": teams.offer})
    return {
        **cluster_outputs(cluster),
        "teams": dict(teams.output),
        "images": sorted({*cluster.images, *teams.offer.images}),
        "footprint": footprint({"teams": teams.offer}),
    }


def _check(
    settings: PlatformSettings, contract: Mapping[str, Any], components: ComponentsSettings, cluster: Cluster
) -> None:
    on = {name for name, is_on in components.enabled().items() if is_on}
    teams, defaults = settings.teams, settings.team_defaults
    found = list(problems(teams, defaults, on=on, taken=contract["here"]))
    found += pool_problems(teams, defaults, cluster.node_pools, queues=contract["queues"])
    known: Sequence[str] = contract["elsewhere"]
    if "pipelines" in contract:
        found += (
            f"slipway:teams.{name}: found a team for which stack {settings.refers_to} made no keys of the "
            f"pipelines' bucket; allowed: names in its slipway:teamDefaults.elsewhere "
            f"({', '.join(known) or 'it has none'})"
            for name in teams
            if name not in known
        )
    if found:
        raise SettingsError("\n".join(found))


def _platform(
    cluster: Cluster, base: BaseStack, contract: Mapping[str, Any], components: ComponentsSettings
) -> TeamPlatform:
    there = cluster.provider
    namespaces, mesh, identity = (base.contracts[name] for name in ("namespaces", "mesh", "identity"))
    stores = {
        name: ObjectStore(
            **_fields(contract["stores"][name], _STORE),
            access_key=pulumi.Output.secret(keys["accessKey"]),
            secret_key=pulumi.Output.secret(keys["secretKey"]),
            secret=pulumi.Output.from_input(keys["secret"]),
            revision=keys["revision"],
            ready=there,
        )
        for name, keys in base.team_keys.items()
    }
    given = _fields(contract["base"], _BASE)
    return TeamPlatform(
        components=components,
        namespaces=Namespaces(
            kubeflow=pulumi.Output.from_input(namespaces["kubeflow"]),
            kubeflow_name=namespaces["kubeflow"],
            system=pulumi.Output.from_input(namespaces["system"]),
            system_name=namespaces["system"],
        ),
        mesh=Mesh(
            namespace=mesh["namespace"],
            gateway=mesh["gateway"],
            gateway_principal=mesh["gatewayPrincipal"],
            cluster_domain=mesh["clusterDomain"],
            gateway_labels=mesh["gatewayLabels"],
            ready=there,
        ),
        identity=UserIdentity(
            header=identity["header"],
            prefix=identity["prefix"],
            groups_header=identity["groupsHeader"],
            logout_path=identity["logoutPath"],
        ),
        node_pools=cluster.node_pools,
        base=TeamBase(
            namespace_labels=given["namespace_labels"],
            pages_principal=given["pages_principal"],
            notebooks_principal=given["notebooks_principal"],
            callers=_callers(contract["base"]["callers"]),
            profile_type=there,
            pod_default_type=there if components.pod_defaults.enabled else None,
        ),
        pipelines=PipelinesService(**_fields(contract["pipelines"], _SERVICE), ready=there)
        if "pipelines" in contract
        else None,
        stores=stores,
        kueue=there if contract["queues"] else None,
    )


def _told(callers: Sequence[Caller]) -> list[dict[str, object]]:
    return [{"namespace": one.namespace, "labels": dict(one.labels)} for one in callers]


def _callers(told: Sequence[Mapping[str, Any]]) -> tuple[Caller, ...]:
    return tuple(Caller(namespace=one["namespace"], labels=one["labels"]) for one in told)


def _chosen(value: object, names: Sequence[str]) -> dict[str, object]:
    found = {name: getattr(value, name) for name in names}
    return {
        name: list(cast("tuple[object, ...]", one)) if isinstance(one, tuple) else one
        for name, one in found.items()
    }


def _fields(given: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: given[name] for name in names}
