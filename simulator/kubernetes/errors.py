"""What can go wrong, told in terms of objects and fields."""

from __future__ import annotations

import re
from typing import Any, cast

from simulator.kubernetes.values.objects import pluck
from simulator.kubernetes.values.wire import Object

__all__ = ["ApiError", "NoSuchTypeError", "NotReadyError", "RefusedError", "StoppedError", "UnreachableError"]


class RefusedError(Exception):
    """Something that is not done; the message is for the user."""


class UnreachableError(Exception):
    """The API server does not answer."""


class StoppedError(Exception):
    """The user ended the operation."""


class NoSuchTypeError(Exception):
    """The cluster does not serve an API type."""


class NotReadyError(Exception):
    """An object exists, but did not become what was waited for."""

    def __init__(self, live: Object, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.live = live
        self.reasons = reasons


class ApiError(Exception):
    """A refusal by the API server: the `Status` object that it answered with."""

    def __init__(self, code: int, status: Object) -> None:
        self.code = code
        self.status = status
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The server's own sentence."""
        return str(self.status.get("message") or f"the API server answered {self.code}")

    @property
    def reason(self) -> str:
        """The server's machine-readable reason, such as AlreadyExists."""
        return str(self.status.get("reason") or "")

    @property
    def exists(self) -> bool:
        """Whether there is an object of that name already."""
        return self.code == 409 and self.reason == "AlreadyExists"

    @property
    def conflict(self) -> bool:
        """Whether other writers stood in the way."""
        return self.code == 409 and not self.exists

    @property
    def missing(self) -> bool:
        """Whether something was not found: the object, its namespace or its type."""
        return self.code == 404

    @property
    def namespace_missing(self) -> bool:
        """Whether the object's namespace was not found."""
        return self.missing and pluck(self.status, "details", "kind") == "namespaces"

    @property
    def type_missing(self) -> bool:
        """Whether the path itself was not found, that is, no such type is served."""
        return self.missing and not pluck(self.status, "details", "name")

    @property
    def immutable(self) -> bool:
        """Whether a field was to change that cannot."""
        return self.code == 422 and "field is immutable" in self.message

    def explain(self, name: str) -> str:
        """Tell what was refused and why: the object, and each field with what is wrong about it."""
        causes = _causes(self.status)
        if conflicts := [cause for cause in causes if cause.get("reason") == "FieldManagerConflict"]:
            return _conflict(name, conflicts)
        faults = [f"{cause['field']}: {cause.get('message')}" for cause in causes if cause.get("field")]
        if faults and self.code == 422:
            return f"{name}: {'; '.join(dict.fromkeys(faults))}"
        return f"{name}: {_plain(self.message)}"


def _causes(status: Object) -> list[Object]:
    found = pluck(status, "details", "causes")
    if not isinstance(found, list):
        return []
    return [cast("Object", cause) for cause in cast("list[Any]", found) if isinstance(cause, dict)]


def _conflict(name: str, conflicts: list[Object]) -> str:
    fields: list[str] = []
    for cause in conflicts:
        manager = re.search(r'conflict with "([^"]*)"', str(cause.get("message")))
        fields.append(
            f"{cause.get('field')} is managed by {manager.group(1) if manager else 'another writer'}"
        )
    return (
        f"{name}: {'; '.join(fields)}, which set another value. Set the same value, leave the field out, or "
        'take it over with the annotation pulumi.com/patchForce: "true"'
    )


_TYPED = re.compile(r"^failed to create typed (?:patch|live|new)? ?object \([^)]*\): (.*)$", re.DOTALL)
_DECODED = re.compile(r"^\S+ in version \S+ cannot be handled as an? \S+: (?:strict decoding error: )?(.*)$")
_GO_VALUE = re.compile(r"got &?value\.value\w+\{Value:(.*)\}")


def _plain(message: str) -> str:
    """Take the API server's own machinery out of its messages about fields that do not exist or fit.

    The form of these messages is that of k8s.io/apimachinery 0.36, `managedfields` and `json`.
    """
    for pattern in (_TYPED, _DECODED):
        if found := pattern.match(message):
            message = found.group(1)
            break
    message = message.replace("field not declared in schema", "no such field")
    message = _GO_VALUE.sub(lambda found: f"found {_kind(found.group(1))}", message)
    return message.removeprefix("error when creating patch: ")


def _kind(value: str) -> str:
    """Name the type of a value that Go printed, so that the value itself, maybe a secret, is not shown."""
    if value in {"true", "false"}:
        return "a boolean"
    if value.startswith("map["):
        return "an object"
    if value.startswith("["):
        return "a list"
    return "a number" if re.fullmatch(r"-?[\d.e+]+", value) else "a string"
