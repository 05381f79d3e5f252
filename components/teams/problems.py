"""What a stack asks for its teams that it does not have."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from ..contracts import Accelerator, NodePool
from ..settings_base import duplicates
from .bindings import binding_name
from .defaults import TeamDefaults
from .settings import TeamSettings

# Namespaces of Kubernetes, of the platform and of its add-ons, whether they are on or not.
RESERVED = frozenset(
    {
        "auth",
        "cert-manager",
        "default",
        "dex",
        "gpu-operator",
        "kserve-localmodel-jobs",
        "kubeflow",
        "kubeflow-proxy",
        "kubeflow-system",
        "kuberay-system",
        "kueue-system",
        "local-path-storage",
        "monitoring",
        "nvidia-gpu",
        "oauth2-proxy",
    }
)
# Those of clusters that clouds look after, too.
_RESERVED_BEGINNINGS = ("kube-", "istio-", "knative-", "aks-", "amazon-", "gke-", "gmp-")


def problems(
    teams: Mapping[str, TeamSettings],
    defaults: TeamDefaults,
    *,
    on: Collection[str],
    taken: Collection[str] = (),
) -> Iterator[str]:
    """Each as one sentence with its key.

    Args:
        on: the components that are on. taken: names of further namespaces that are somebody else's.
    """
    if not teams:
        return
    if "profiles" not in on:
        yield (
            "slipway:teams: found teams, which need 'profiles', which is off: set "
            "components.profiles.enabled to true, or take the teams out"
        )
    if "podDefaults" not in on:
        given = {"teamDefaults": defaults.wants_pod_defaults} | {
            f"teams.{name}.podDefaults": bool(team.pod_defaults) for name, team in teams.items()
        }
        for key, asks in given.items():
            if asks:
                yield f"slipway:{key}: asks for PodDefaults; allowed: with components.podDefaults.enabled"
    for name, team in teams.items():
        if name in RESERVED or name in taken or name.startswith(_RESERVED_BEGINNINGS):
            yield (
                f"slipway:teams.{name}: found the name of a namespace that belongs to the cluster or the "
                f"platform; allowed: others, that do not begin with {', '.join(_RESERVED_BEGINNINGS)}"
            )
        names = [binding_name("user", member.user, member.role) for member in team.members]
        if twice := duplicates(names):
            yield (
                f"slipway:teams.{name}.members: two people would both be {twice[0]} for access management, "
                "which keeps letters and digits of an address only; allowed: one of them by a group"
            )


def pool_problems(
    teams: Mapping[str, TeamSettings], defaults: TeamDefaults, pools: Sequence[NodePool], *, queues: bool
) -> Iterator[str]:
    """What is said about node pools and their devices that is not so, each as one sentence with its key."""
    names = [pool.name for pool in pools]
    listed = ", ".join(names) or "it names none"
    given: list[tuple[str, Sequence[str]]] = [("teamDefaults.nodePools", defaults.node_pools or ())]
    given += [(f"teams.{name}.nodePools", team.node_pools or ()) for name, team in teams.items()]
    for key, wanted in given:
        for pool in wanted:
            if pool not in names:
                yield f"slipway:{key}: found '{pool}'; allowed: a node pool of this stack ({listed})"
    for name, team in teams.items():
        key = f"teams.{name}.quota.gpus" if team.quota else "teamDefaults.quota.gpus"
        gpus = (team.quota or defaults.quota).gpus
        allowed = defaults.node_pools if team.node_pools is None else team.node_pools
        own = usable(pools, allowed)
        # The quota of all teams may count devices that a team has none of.
        there = own if team.quota else pools
        yield from (f"slipway:{key}: {text}" for text in _gpus(gpus, own, there, queues=queues))


def usable(pools: Sequence[NodePool], allowed: Sequence[str] | None) -> list[NodePool]:
    """The pools that pods of a team may run on."""
    return [pool for pool in pools if allowed is None or pool.name in allowed or not hard_taints(pool)]


def hard_taints(pool: NodePool) -> list[tuple[str, str, str]]:
    """Key, value and effect of the taints that keep pods away rather than advise against a node."""
    return [
        (taint.key, taint.value, taint.effect) for taint in pool.taints if taint.effect != "PreferNoSchedule"
    ]


def _gpus(
    gpus: Mapping[str, int], own: Sequence[NodePool], there: Sequence[NodePool], *, queues: bool
) -> Iterator[str]:
    known = {name for pool in there if (one := pool.accelerator) for name in (one.model, one.resource)}
    devices = [pool.accelerator for pool in own if pool.accelerator]
    models = {one.model for one in devices}
    for wanted in gpus:
        if wanted not in known:
            listed = ", ".join(sorted(known)) or "it may use no pool with devices"
            yield f"found '{wanted}'; allowed: a model or resource of the team's node pools ({listed})"
        elif wanted in models:
            yield from _model(wanted, devices, gpus, queues=queues)


def _model(
    wanted: str, devices: Sequence[Accelerator], gpus: Mapping[str, int], *, queues: bool
) -> Iterator[str]:
    resources = sorted({one.resource for one in devices if one.model == wanted})
    if len(resources) > 1:
        yield (
            f"found the model '{wanted}', of which whole devices and parts are offered "
            f"({', '.join(resources)}); allowed: each of these by its own name"
        )
        return
    resource = resources[0]
    others = sorted({one.model for one in devices if one.resource == resource} - {wanted})
    if others and not queues:
        yield (
            f"found the model '{wanted}', whose devices pods ask for as {resource}, as they do for "
            f"{', '.join(others)}, and Kubernetes counts no models; allowed: {resource} for all of them, "
            "nodePools with one of these models, or addons.kueue.enabled"
        )
    if resource in gpus:
        yield f"found both '{wanted}' and its resource {resource}; allowed: one of them"
