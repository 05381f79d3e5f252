"""What a program's inputs look like in the cluster now: the same where nothing has drifted."""

from __future__ import annotations

from typing import Any, cast

from simulator.kubernetes.values.equality import empty, pairing, same, text_of
from simulator.kubernetes.values.objects import metadata
from simulator.kubernetes.values.wire import Object

__all__ = ["imported", "reflected"]

_GIVEN_BY_SERVER = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)
_ABSENT = object()


def reflected(inputs: Object, before: Object, live: Object) -> Object:
    """Return inputs with the cluster's values.

    An input stays as the program wrote it where the live value means the same, and where the live value is
    the one that the server had made of it `before`. Fields that the program does not set are not its own:
    they are left out.
    """
    found = _object(inputs, before, live, "")
    if inputs.get("kind") == "Secret" and isinstance(inputs.get("stringData"), dict):
        found["stringData"] = _texts(cast("Object", inputs["stringData"]), live)
    if "namespace" in metadata(inputs) and "namespace" not in metadata(live):
        # Set although its type has no namespaces: nothing in the cluster can answer to it.
        found["metadata"]["namespace"] = metadata(inputs)["namespace"]
    return found


def _object(inputs: Object, before: Any, live: Object, within: str) -> Object:  # noqa: ANN401
    found: Object = {}
    known = cast("Object", before) if isinstance(before, dict) else {}
    for key, value in inputs.items():
        if key in live:
            found[key] = _value(value, known.get(key, _ABSENT), live[key], within, key)
        elif empty(value) or (known and key not in known):
            found[key] = value
    return found


def _value(value: Any, before: Any, live: Any, within: str, key: str) -> Any:  # noqa: ANN401  any JSON values
    if isinstance(value, dict) and isinstance(live, dict):
        return _object(cast("Object", value), before, cast("Object", live), key)
    if isinstance(value, list) and isinstance(live, list):
        return _list(cast("list[Any]", value), before, cast("list[Any]", live), key)
    if same(value, live, within, key) or live == before:
        return cast("Any", value)
    return live


def _list(inputs: list[Any], before: Any, live: list[Any], key: str) -> list[Any]:  # noqa: ANN401
    """Compare item by item. Items that others added to a list of objects are not the program's."""
    if live == before:
        return inputs
    known = cast("list[Any]", before) if isinstance(before, list) else []
    found: list[Any] = []
    for value, old, now in zip(inputs, pairing(inputs, known), pairing(inputs, live), strict=True):
        if now is not None or value is None:
            found.append(_value(value, old, now, key, ""))
    if live and not isinstance(live[0], dict):
        found += live[len(inputs) :]
    return found


def _texts(texts: Object, live: Object) -> Object:
    """Compare a Secret's texts with what the server keeps of them: base64 under `data`."""
    data = cast("Object", live.get("data") or {})
    found: Object = {}
    for key, value in texts.items():
        if key in data:
            text = text_of(data[key])
            found[key] = value if text == value else (data[key] if text is None else text)
    return found


def imported(live: Object) -> Object:
    """Return the inputs that would make a live object, for one that no program has set yet."""
    hidden = {"status"}
    inputs = {key: value for key, value in live.items() if key not in hidden}
    kept = {key: value for key, value in metadata(live).items() if key not in _GIVEN_BY_SERVER}
    if isinstance(annotations := kept.get("annotations"), dict):
        dropped = {
            "deployment.kubernetes.io/revision",
            "kubectl.kubernetes.io/last-applied-configuration",
        }
        own = {key: value for key, value in cast("Object", annotations).items() if key not in dropped}
        kept["annotations"] = own
        if not own:
            del kept["annotations"]
    return {**inputs, "metadata": kept}
