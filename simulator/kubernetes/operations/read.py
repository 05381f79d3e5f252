"""Reading objects: for a refresh, for an import, and for resources that a program only looks at."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.kubernetes import readiness
from simulator.kubernetes.errors import ApiError, NoSuchTypeError
from simulator.kubernetes.operations.session import Session
from simulator.kubernetes.operations.wait import judge_once
from simulator.kubernetes.values import drift
from simulator.kubernetes.values.objects import Type, parse_id
from simulator.kubernetes.values.wire import Object

__all__ = ["Found", "read"]


@dataclass(frozen=True)
class Found:
    """A live object, the inputs that would make it, and why it is not ready, if it is not."""

    live: Object
    inputs: Object
    reasons: list[str] = field(default_factory=list[str])


async def read(
    session: Session, kind: Type, identifier: str, *, inputs: Object, before: Object
) -> Found | None:
    """Read an object; None where it is gone. Without inputs it is taken as it is, ready or not."""
    try:
        live = await session.api.get(kind, *parse_id(identifier))
    except NoSuchTypeError:
        return None
    except ApiError as refusal:
        if refusal.missing:
            return None
        raise
    live = {"apiVersion": kind.api_version, "kind": kind.kind, **live}
    if not inputs:
        return Found(live, drift.imported(live))
    # The program may spell the type differently, such as core/v1.
    spelt = {key: inputs[key] for key in ("apiVersion", "kind") if key in inputs}
    found = Found(live, drift.reflected(inputs, before, {**live, **spelt}))
    rule = readiness.choose(inputs, await_all=session.config.await_all)
    if rule is None:
        return found
    verdict = await judge_once(live, rule, mapper=session.mapper, watches=session.watches)
    if verdict.ready or verdict.tolerable:
        return found
    return Found(live, found.inputs, verdict.reasons)
