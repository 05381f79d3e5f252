"""The stack that has the cluster, where this one installs the platform on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pulumi

from ..clusters.reference import Referred, referred
from ..outputs import CONTRACTS_VERSION
from ..settings_base import SettingsError


@dataclass(frozen=True, kw_only=True)
class BaseStack:
    """What a stack tells of its cluster, and of the platform that it has there. `kubeconfig` is secret.

    Attributes:
        contracts: the whole output of that name, for stacks of teams.
        team_keys: what opens the buckets of the teams that it knows to be elsewhere; secret.
    """

    cluster: Referred
    kubeconfig: str = field(repr=False)
    contracts: Mapping[str, Any]
    team_keys: Mapping[str, Any] = field(repr=False)


def read_base_stack(name: str) -> BaseStack:
    """Read the outputs of a stack, at once: what is declared depends on the node pools that it has.

    Raises SettingsError where there is no such stack, or it has no cluster that this release can read.
    """
    outputs = _outputs(name)
    contracts, kubeconfig = outputs.get("contracts"), outputs.get("kubeconfig")
    if not isinstance(contracts, Mapping) or not isinstance(kubeconfig, str):
        there = ", ".join(sorted(outputs)) or "none, it was never brought up"
        raise SettingsError(
            f"slipway:cluster.stack: found '{name}'; allowed: a stack with the outputs contracts and "
            f"kubeconfig, and it has {there}"
        )
    told = cast("Mapping[str, Any]", contracts)
    if int(told.get("version", 0)) != CONTRACTS_VERSION:
        raise SettingsError(
            f"slipway:cluster.stack: the output `contracts` of {name} has version {told.get('version')}; "
            f"allowed: {CONTRACTS_VERSION}. Bring that stack up with this release first"
        )
    return BaseStack(
        cluster=referred(told["cluster"], name),
        kubeconfig=kubeconfig,
        contracts=told,
        team_keys=cast("Mapping[str, Any]", outputs.get("teamKeys") or {}),
    )


def _outputs(name: str) -> Mapping[str, object]:
    # A StackReference has its outputs when the program is over; this invoke of the engine has them now
    # (pulumi, pkg/resource/deploy/builtins.go, readStackOutputs). What is secret there is plain here.
    try:
        answer = pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": name}).value
    except Exception as error:  # the SDK raises Exception itself
        reason = str(error).splitlines()[0] if str(error) else "unknown reason"
        raise SettingsError(
            f"slipway:cluster.stack: found '{name}', whose outputs cannot be read: {reason}"
        ) from None
    return cast("Mapping[str, object]", answer.get("outputs") or {})
