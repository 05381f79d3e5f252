"""The annotation `pulumi.com/waitFor`: conditions and fields that the user names.

Its forms: `condition=Type[=Status]`, `jsonpath={.path}[=value]`, or a JSON list of these, all to hold.
Source: pulumi-kubernetes, provider/pkg/metadata/overrides.go and provider/pkg/jsonpath.
"""

from __future__ import annotations

import json
import re
from typing import Any, cast

from simulator.kubernetes.errors import RefusedError
from simulator.kubernetes.readiness import jsonpath
from simulator.kubernetes.readiness.rules import Judge, Related, Verdict
from simulator.kubernetes.values.objects import conditions, metadata, pluck
from simulator.kubernetes.values.wire import Object

__all__ = ["judge_for"]

_BRACES = re.compile(r"\{\s*(.*?)\s*\}")
_SINGLE_EQUALS = re.compile(r"(?<![=!])=(?!=)")


def judge_for(annotation: str) -> Judge:
    """Return the judgement that an annotation asks for; raises RefusedError where that is not clear."""
    judges = [_judge(expression) for expression in _expressions(annotation)]

    def judge(live: Object, related: Related) -> Verdict:
        verdicts = [each(live, related) for each in judges]
        open_verdicts = [verdict for verdict in verdicts if not verdict.ready]
        reasons = [reason for verdict in open_verdicts for reason in verdict.reasons]
        return Verdict(not open_verdicts, reasons, progress=reasons[0] if reasons else "")

    return judge


def _expressions(annotation: str) -> list[str]:
    try:
        found = json.loads(annotation)
    except ValueError:
        return [annotation]
    items = cast("list[Any]", found) if isinstance(found, list) else []
    if not items or not all(isinstance(item, str) for item in items):
        message = f"pulumi.com/waitFor must be an expression or a list of at least one, found {annotation!r}"
        raise RefusedError(message)
    return [str(item) for item in items]


def _judge(expression: str) -> Judge:
    form, _, rest = expression.partition("=")
    if form == "condition" and rest:
        return _condition(*rest.partition("=")[::2])
    if form == "jsonpath" and rest:
        return _field(rest)
    message = f'pulumi.com/waitFor: expected "jsonpath=..." or "condition=...", found {expression!r}'
    raise RefusedError(message)


def _condition(name: str, status: str) -> Judge:
    wanted = status or "True"

    def judge(live: Object, _related: Related) -> Verdict:
        found = {key.lower(): value for key, value in conditions(live).items()}.get(name.lower())
        if found is None:
            return Verdict(reasons=[f"it has no condition {name}"])
        seen = found.get("observedGeneration", pluck(live, "status", "observedGeneration"))
        if _stale(live, seen):
            return Verdict(reasons=[f"its condition {name} is that of an older version"])
        if str(found.get("status")).lower() == wanted.lower():
            return Verdict(ready=True)
        words = f": {found['message']}" if found.get("message") else ""
        return Verdict(reasons=[f"its condition {name} is {found.get('status')}, not {wanted}{words}"])

    return judge


def _field(expression: str) -> Judge:
    parts = _SINGLE_EQUALS.split(expression)
    braces = _BRACES.search(parts[0])
    if len(parts) > 2 or braces is None or parts[0].startswith("'"):
        forms = "jsonpath={.path} or jsonpath={.path}=value"
        message = f"pulumi.com/waitFor: expected {forms}, found {expression!r}"
        raise RefusedError(message)
    if len(parts) == 2 and not parts[1]:
        message = f"pulumi.com/waitFor: jsonpath={expression} lacks the value"
        raise RefusedError(message)
    path = jsonpath.parse(braces.group(1))
    wanted = parts[1] if len(parts) == 2 else None

    def judge(live: Object, _related: Related) -> Verdict:
        if _stale(live, pluck(live, "status", "observedGeneration")):
            return Verdict(reasons=["its controller has not seen its newest version yet"])
        found = path.find(live)
        if not found:
            return Verdict(reasons=[f"it has nothing at {path.text}"])
        if wanted is None or _text(found[0]) == wanted:
            return Verdict(ready=True)
        return Verdict(reasons=[f"{path.text} is {_text(found[0])}, not {wanted}"])

    return judge


def _stale(live: Object, seen: object) -> bool:
    generation = metadata(live).get("generation")
    return isinstance(seen, int) and isinstance(generation, int) and seen < generation


def _text(value: Any) -> str:  # noqa: ANN401  any JSON value
    return value if isinstance(value, str) else json.dumps(value)
