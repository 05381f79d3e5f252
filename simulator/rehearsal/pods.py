"""What a pod asks of a node, and whether a node of some shape could take it: for the choice of a pool.

The scheduler itself decides; this only spares it nodes that could not help.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from components.kube.quantity import parse_quantity
from simulator.cluster.api import Object

Amounts = Mapping[str, Decimal]
"""By resource: cores, bytes, devices; `pods` is one for each pod."""

_NONE: Mapping[str, Any] = {}
_BLOCKING = ("NoSchedule", "NoExecute")


def requests(spec: Object) -> dict[str, Decimal]:
    """What the scheduler reserves for a pod (KEP-753: sidecars run beside the containers).

    The larger of all that runs at last, and of each init container with the sidecars before it.
    """
    running = _sum(_asks(one) for one in spec.get("containers", ()))
    starting: dict[str, Decimal] = {}
    sidecars: dict[str, Decimal] = {}
    for one in spec.get("initContainers", ()):
        if one.get("restartPolicy") == "Always":
            sidecars = _sum([sidecars, _asks(one)])
            starting = _larger(starting, sidecars)
        else:
            starting = _larger(starting, _sum([sidecars, _asks(one)]))
    whole = _larger(_sum([running, sidecars]), starting)
    overhead: Mapping[str, str] = spec.get("overhead") or _NONE
    return {**_sum([whole, amounts(overhead)]), "pods": Decimal(1)}


def obstacle(spec: Object, labels: Mapping[str, str], taints: Iterable[Mapping[str, str]]) -> str | None:
    """Why a pod could not be on a node with these labels and taints, however empty; None where it could."""
    selector: Mapping[str, str] = spec.get("nodeSelector") or _NONE
    for key, value in selector.items():
        if labels.get(key) != value:
            return f"its nodes lack the label {key}={value}"
    if not _has_affinity(spec, labels):
        return "its nodes do not match the pod's node affinity"
    for taint in taints:
        if taint["effect"] in _BLOCKING and not _is_tolerated(taint, spec.get("tolerations") or ()):
            value = f"={taint['value']}" if taint.get("value") else ""
            return f"its nodes have the taint {taint['key']}{value}:{taint['effect']}"
    return None


def lack(asked: Amounts, free: Amounts) -> str | None:
    """What of the resources asked for an empty node has not; None where it has all of them."""
    for name, amount in asked.items():
        if amount > free.get(name, Decimal(0)):
            there = shown(name, free.get(name, Decimal(0)))
            return f"one node has {there} of {name} for pods, and it asks for {shown(name, amount)}"
    return None


def shown(name: str, amount: Decimal) -> str:
    """An amount for people: 1.93, 59.1Gi, 8."""
    if name == "memory" or "storage" in name:
        return f"{amount / 1024**3:.1f}Gi"
    return f"{amount.normalize():f}" if amount == amount.to_integral_value() else f"{amount:.2f}"


def amounts(resources: Mapping[str, str]) -> dict[str, Decimal]:
    """Quantities as numbers."""
    return {name: parse_quantity(str(text)) for name, text in resources.items()}


def total(several: Iterable[Amounts]) -> dict[str, Decimal]:
    """The sum of amounts."""
    return _sum(several)


def _asks(container: Object) -> dict[str, Decimal]:
    resources: Mapping[str, Any] = container.get("resources") or _NONE
    # What is limited and not requested is requested as much (API server's defaults, kept for other sources).
    asked = {**(resources.get("limits") or _NONE), **(resources.get("requests") or _NONE)}
    return {name: parse_quantity(str(amount)) for name, amount in asked.items()}


def _sum(several: Iterable[Amounts]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for one in several:
        for name, amount in one.items():
            found[name] = found.get(name, Decimal(0)) + amount
    return found


def _larger(one: Amounts, other: Amounts) -> dict[str, Decimal]:
    zero = Decimal(0)
    return {name: max(one.get(name, zero), other.get(name, zero)) for name in {**one, **other}}


def _is_tolerated(taint: Mapping[str, str], tolerations: Sequence[Mapping[str, Any]]) -> bool:
    for one in tolerations:
        if one.get("effect") not in (None, "", taint["effect"]):
            continue
        if one.get("operator") == "Exists":
            if one.get("key") in (None, "", taint["key"]):
                return True
        elif one.get("key") == taint["key"] and (one.get("value") or "") == (taint.get("value") or ""):
            return True
    return False


def _has_affinity(spec: Object, labels: Mapping[str, str]) -> bool:
    affinity: Mapping[str, Any] = (spec.get("affinity") or _NONE).get("nodeAffinity") or _NONE
    required: Mapping[str, Any] = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or _NONE
    terms = cast("Sequence[Mapping[str, Any]]", required.get("nodeSelectorTerms") or ())
    return not terms or any(
        # A pod of a DaemonSet is bound to its node by a field: for that one node it is.
        all(_matches(one, labels) for one in term.get("matchExpressions") or ())
        for term in terms
    )


_OPERATORS: Mapping[str, Callable[[str | None, Sequence[str]], bool]] = {
    "In": lambda value, wanted: value in wanted,
    "NotIn": lambda value, wanted: value not in wanted,
    "Exists": lambda value, _: value is not None,
    "DoesNotExist": lambda value, _: value is None,
    "Gt": lambda value, wanted: value is not None and int(value) > int(wanted[0]),
    "Lt": lambda value, wanted: value is not None and int(value) < int(wanted[0]),
}


def _matches(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    return _OPERATORS[expression["operator"]](labels.get(expression["key"]), expression.get("values") or ())
