"""Waiting for an object to become ready, or to be gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from simulator.kubernetes.errors import ApiError, NotReadyError, UnreachableError
from simulator.kubernetes.readiness.rules import Rule, Verdict
from simulator.kubernetes.values.objects import Type, metadata, name_of, namespace_of, type_of
from simulator.kubernetes.values.wire import Object

if TYPE_CHECKING:
    from simulator.kubernetes.access.mapping import Mapper, Mapping
    from simulator.kubernetes.access.watch import Watch, Watches

__all__ = ["judge_once", "until_ready"]

Report = Callable[[str], None]

# Events come in bursts: one judgement for a burst is enough.
_BURST_SECONDS = 0.02


class _Surroundings:
    """The watches on an object and on what it is judged by."""

    def __init__(self, live: Object, watches: dict[Type, Watch]) -> None:
        self._live = live
        self._watches = watches

    def owned_by(self, kind: Type, uid: object) -> list[Object]:
        return self._watches[kind].store.owned_by(uid)

    def named(self, kind: Type, name: str) -> Object | None:
        return self._watches[kind].store.get(name)

    def current(self) -> tuple[Object | None, bool]:
        """Return the object as it is now, and whether the watch has caught up with what is known of it."""
        found = self._watches[type_of(self._live)].store.get(name_of(self._live))
        if found is None:
            return None, True
        known, seen = metadata(self._live), metadata(found)
        newer = (seen.get("generation") or 0) >= (known.get("generation") or 0)
        return found, newer and seen.get("uid") == known.get("uid")

    def failure(self) -> Exception | None:
        """Return why the object itself cannot be watched. The others may be hidden by access control."""
        return self._watches[type_of(self._live)].failure


async def until_ready(
    live: Object, rule: Rule, seconds: float, *, mapper: Mapper, watches: Watches, report: Report
) -> Object:
    """Wait until an object is ready and return it as it then is.

    `seconds` bounds the wait. Raises NotReadyError with the newest version of the object and the reasons why
    it is not what was waited for.
    """
    changed = asyncio.Event()
    wanted = await _wanted(live, rule, mapper)
    deadline = time.monotonic() + seconds
    newest, verdict, seen = live, Verdict(), False
    async with watches.on_all(wanted.values(), changed) as opened:
        around = _Surroundings(live, dict(zip(wanted, opened, strict=True)))
        while True:
            changed.clear()
            found, current = around.current()
            if failure := around.failure():
                raise NotReadyError(newest, [f"it cannot be watched: {_words(failure)}"])
            if found is None and seen:
                raise NotReadyError(newest, ["it was deleted while it was waited for"])
            if found is not None and current:
                newest, seen = found, True
                verdict = rule.judge(found, around)
                report(verdict.progress)
            if verdict.failed:
                raise NotReadyError(newest, verdict.reasons)
            left = deadline - time.monotonic()
            if verdict.ready and not await _change(changed, min(rule.settle, max(left, 0))):
                return newest
            if left <= 0:
                break
            await _change(changed, left)
            await asyncio.sleep(_BURST_SECONDS)
    if verdict.ready or verdict.tolerable:
        return newest
    raise NotReadyError(
        newest, [f"not ready after {seconds:g} s", *(verdict.reasons or ["nothing is known of it"])]
    )


async def judge_once(live: Object, rule: Rule, *, mapper: Mapper, watches: Watches) -> Verdict:
    """Judge an object by what is there now, be it of a version that its controller has not seen yet."""
    status = live.get("status")
    if isinstance(status, dict) and "observedGeneration" in status:
        seen = {**cast("Object", status), "observedGeneration": metadata(live).get("generation")}
        live = {**live, "status": seen}
    wanted = await _wanted(live, rule, mapper)
    async with watches.on_all(wanted.values(), asyncio.Event()) as opened:
        for watch in opened:
            if isinstance(watch.failure, UnreachableError):
                raise watch.failure
        return rule.judge(live, _Surroundings(live, dict(zip(wanted, opened, strict=True))))


async def _wanted(live: Object, rule: Rule, mapper: Mapper) -> dict[Type, tuple[Mapping, str]]:
    kinds = dict.fromkeys((type_of(live), *rule.related))
    return {kind: (await mapper.find(kind), namespace_of(live)) for kind in kinds}


async def _change(changed: asyncio.Event, seconds: float) -> bool:
    """Wait for a change; tell whether there was one in time."""
    if seconds <= 0:
        return False
    try:
        await asyncio.wait_for(changed.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _words(problem: Exception) -> str:
    if isinstance(problem, ApiError):
        return problem.message
    return str(problem) if isinstance(problem, UnreachableError) else repr(problem)
