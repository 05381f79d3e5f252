"""The audit log of an API server: which account asked for what, and what the answer was.

Fields are those of audit.k8s.io/v1 Event (kubernetes/kubernetes, staging/src/k8s.io/apiserver).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

_ACCOUNT = "system:serviceaccount:"
# A watch is over when its client goes: what was answered is in the event of its beginning.
_ANSWERED = ("ResponseStarted", "ResponseComplete")


@dataclass(frozen=True, kw_only=True)
class Event:
    """One request and its answer.

    Attributes:
        account: `<namespace>/<name>` of the service account; the user's name where it is none.
        verb: of the request: get, list, watch, create, update, patch, delete, deletecollection.
        resource: `<resource>.<group>[/<subresource>]`, `pods/log`; the path of a request for no resource.
        namespace: of the object, empty where it has none.
        name: of the object, empty where the request names none.
        code: HTTP status code.
        message: what the server says where it refuses.
        annotations: what authorization and admission have added.
        sent: the body of a patch, where the log has bodies.
        stored: the object that it was answered with.
        agent: the client's own name of itself.
    """

    account: str
    verb: str
    resource: str
    namespace: str = ""
    name: str = ""
    code: int = 200
    message: str = ""
    annotations: Mapping[str, str]
    sent: object = None
    stored: object = None
    agent: str = ""

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """Read an event as the API server writes it."""
        of: dict[str, str] = event.get("objectRef") or {}
        status: dict[str, Any] = event.get("responseStatus") or {}
        user = str(event["user"]["username"])
        return cls(
            account=user.removeprefix(_ACCOUNT).replace(":", "/", 1) if user.startswith(_ACCOUNT) else user,
            verb=event["verb"],
            resource=_resource(of) or event["requestURI"].partition("?")[0],
            namespace=of.get("namespace", ""),
            name=of.get("name", ""),
            code=status.get("code", 0),
            message=status.get("message", ""),
            annotations=event.get("annotations") or {},
            sent=event.get("requestObject"),
            stored=event.get("responseObject"),
            agent=event.get("userAgent", ""),
        )

    @property
    def action(self) -> str:
        """What was asked for, without the object: `create jobs.batch`."""
        return f"{self.verb} {self.resource}"

    @property
    def where(self) -> str:
        """The object in its namespace, as far as the request names them."""
        return "/".join(part for part in (self.namespace, self.name) if part)

    def __str__(self) -> str:
        return f"{self.account}: {self.action} {self.where}".rstrip()


def _resource(of: Mapping[str, str]) -> str:
    if not of.get("resource"):
        return ""
    kind = ".".join(part for part in (of["resource"], of.get("apiGroup", "")) if part)
    return f"{kind}/{of['subresource']}" if of.get("subresource") else kind


def read(log: Path) -> list[Event]:
    """Every request in a log and in those before it (`audit-<time>.log`), oldest first."""
    files = [*sorted(log.parent.glob(f"{log.stem}-*{log.suffix}")), log]
    return list(parsed(line for file in files if file.exists() for line in file.read_text().splitlines(True)))


def parsed(lines: Iterable[str]) -> Iterator[Event]:
    """The requests in lines of a log, each once; a line that is still being written is left."""
    seen: set[str] = set()
    for line in lines:
        if not line.endswith("\n"):
            continue
        event = cast("dict[str, Any]", json.loads(line))
        if event["stage"] in _ANSWERED and event["auditID"] not in seen:
            seen.add(event["auditID"])
            yield Event.parse(event)
