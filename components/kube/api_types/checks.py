"""What the API server demands of a schema, checked where it is written rather than when it is created.

Source of the demands: apiextensions.k8s.io/v1, "Specifying a structural schema" and merge strategies.
"""

from typing import Any, cast

from .notation import NotationError, Schema

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "array": (list,),
}


def check(schema: Schema) -> None:
    """Raises NotationError where the API server would refuse this level of a schema."""
    _list_keys(schema)
    if "default" in schema:
        _value(schema["default"], schema, "the default")
    for choice in schema.get("enum", ()):
        _value(choice, {"type": schema.get("type", "any")}, "the choice")


def _list_keys(schema: Schema) -> None:
    keys: list[str] = schema.get("x-kubernetes-list-map-keys", [])
    items: Schema = schema.get("items", {})
    for key in keys:
        field: Schema | None = items.get("properties", {}).get(key)
        if field is None:
            raise NotationError(f"its items have no field '{key}' to be merged by")
        if key not in items.get("required", ()) and "default" not in field:
            raise NotationError(
                f"its items are merged by '{key}', which has to be required or have a default"
            )
    if schema.get("x-kubernetes-list-type") == "set" and items.get("type") == "object":
        raise NotationError("a set of objects is merged by no key; write 'by key' or 'atomic'")


def _value(value: object, schema: Schema, what: str) -> None:
    kind = schema.get("type")
    allowed = _PYTHON_TYPES.get(kind or "")
    if allowed and (not isinstance(value, allowed) or (isinstance(value, bool) and kind != "boolean")):
        raise NotationError(f"{what} {value!r} is no {kind}")
    if "enum" in schema and value not in schema["enum"]:
        choices = ", ".join(map(str, schema["enum"]))
        raise NotationError(f"{what} {value!r} is none of {choices}")
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            field: Schema | None = schema.get("properties", {}).get(name)
            if field is not None:
                _value(inner, field, what)
