"""Fields that a controller sends and that the API type which is deployed does not know.

A patch stands in the audit log as it was sent, with the object that was made of it: what is not there was
dropped. An object that is created or updated stands there as the API server has read it, without what it
does not know; clients that ask for strict validation are refused instead, and all others are warned in the
answer, which the log has not: client-go prints it (tests/audit_log/warned.py).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from tests.audit_log.events import Event

# apimachinery, pkg/runtime/error.go; structured-merge-diff, typed/validate.go.
_REFUSED = re.compile(r'unknown field "([^"]+)"|(\.[\w.\[\]]+): field not declared in schema')
# Of another subresource, or the API server's own.
_NOT_OF_THE_MAIN_ENDPOINT = frozenset({"apiVersion", "kind", "metadata", "status"})


def unknown_fields(event: Event) -> list[str]:
    """The paths of fields that were dropped, or for which the request was refused."""
    if event.code >= 400:
        return sorted({(one or other).lstrip(".") for one, other in _REFUSED.findall(event.message)})
    patch, made = event.sent, event.stored
    if event.verb != "patch" or not isinstance(made, Mapping):
        return []
    stored = cast("Mapping[str, Any]", made)
    if isinstance(patch, Mapping):
        return sorted(set(_missing(_looked_at(event, cast("Mapping[str, Any]", patch)), stored, "")))
    if isinstance(patch, list):
        return sorted(set(_operations(event, cast("list[Mapping[str, Any]]", patch), stored)))
    return []


def _looked_at(event: Event, sent: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in sent.items() if _is_looked_at(event, name)}


def _is_looked_at(event: Event, name: str) -> bool:
    if event.resource.endswith("/status"):
        return name == "status"
    return name not in _NOT_OF_THE_MAIN_ENDPOINT


def _missing(sent: object, stored: object, path: str) -> Iterator[str]:
    """What was sent and is not there. Of a list each element has to be found, wherever it is now."""
    if isinstance(sent, Mapping) and isinstance(stored, Mapping):
        there = cast("Mapping[str, Any]", stored)
        for name, value in cast("Mapping[str, Any]", sent).items():
            # `$patch` and others tell a strategic merge what to do; what is empty may be left out.
            if name.startswith("$") or not value:
                continue
            at = f"{path}.{name}" if path else name
            if name in there:
                yield from _missing(value, there[name], at)
            else:
                yield at
    elif isinstance(sent, list) and isinstance(stored, list):
        for element in cast("list[object]", sent):
            tried = [list(_missing(element, one, f"{path}[]")) for one in cast("list[object]", stored)]
            yield from min(tried, key=len, default=list[str]())


def _operations(
    event: Event, operations: Sequence[Mapping[str, Any]], stored: Mapping[str, Any]
) -> Iterator[str]:
    """What the operations of a JSON patch (RFC 6902) have set and is not there."""
    for number, operation in enumerate(operations):
        later = [one["path"] for one in operations[number + 1 :]]
        path = str(operation["path"])
        if operation["op"] not in ("add", "replace") or any(path.startswith(one) for one in later):
            continue
        names = [one.replace("~1", "/").replace("~0", "~") for one in path.split("/")[1:]]
        if names and not _is_looked_at(event, names[0]):
            continue
        sent: object = operation.get("value")
        for name in reversed(names):
            sent = [sent] if name == "-" or name.isdigit() else {name: sent}
        yield from _missing(sent, stored, "")
