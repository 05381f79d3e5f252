"""Facts of an API type, path by path: read from our definitions, and from the reference's notation.

The reference writes `name*` for required, `string of a|b = "x"` for choices and default, `[by key]` and
`[set]` for how a list is merged, `<key>` for a map, `PodSpec` for a pod spec and `object(n fields)` where it
goes no deeper.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

Object = Mapping[str, Any]

_TYPE = re.compile(r"(?P<type>[\w-]+)(\([^)]*\))?( of (?P<choices>.*?))?( = (?P<default>.*))?")


@dataclass(frozen=True)
class Fact:
    """What is told of one field.

    `deeper` is false where the reference goes no deeper; `open` where other fields than the told are kept.
    """

    type: str
    required: bool = False
    choices: tuple[str, ...] = ()
    default: str = ""
    list_type: str = ""
    open: bool = False
    deeper: bool = True

    @property
    def told(self) -> tuple[object, ...]:
        """What has to be the same on both sides."""
        return self.type, self.required, self.choices, self.default, self.list_type

    def __str__(self) -> str:
        """The fact in a few words, for a message."""
        words = [self.type, self.list_type, "|".join(self.choices), self.default and f"= {self.default}"]
        return " ".join(word for word in [*words, "required" if self.required else ""] if word)


def of_schema(schema: Object) -> dict[str, Fact]:
    """The facts of a structural schema by path: `spec.env[].name`, `spec.labels<>`."""
    return dict(_schema_facts(schema, ""))


def of_reference(schema: object) -> dict[str, Fact]:
    """The facts of a schema in the reference's notation, by the same paths."""
    if not schema or schema == "object(any)" or not isinstance(schema, Mapping):
        return {"": Fact("object", open=True)}
    return {"": Fact("object")} | dict(_reference_fields(cast("Object", schema), ""))


def _schema_facts(schema: Object, path: str, required: bool = False) -> Iterator[tuple[str, Fact]]:
    kind = "int-or-string" if schema.get("x-kubernetes-int-or-string") else str(schema.get("type", "any"))
    how = schema.get("x-kubernetes-list-type", "")
    if how == "map":
        how = f"by {', '.join(schema['x-kubernetes-list-map-keys'])}"
    yield (
        path,
        Fact(
            kind,
            required,
            tuple(map(str, schema.get("enum", ()))),
            json.dumps(schema["default"]) if "default" in schema else "",
            "" if how == "atomic" else how,
            open=bool(schema.get("x-kubernetes-preserve-unknown-fields")),
        ),
    )
    if "items" in schema:
        yield from _schema_facts(schema["items"], f"{path}[]")
    if "additionalProperties" in schema:
        yield from _schema_facts(schema["additionalProperties"], f"{path}<>")
    needed = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield from _schema_facts(field, _at(path, name), name in needed)


def _reference_fields(fields: Object, path: str) -> Iterator[tuple[str, Fact]]:
    for key, value in fields.items():
        if not key.startswith("("):
            name = key.removesuffix("*")
            yield from _reference_facts(value, _at(path, name), key != name)


def _reference_facts(value: object, path: str, required: bool = False) -> Iterator[tuple[str, Fact]]:
    if isinstance(value, str):
        yield path, _word(value, required)
    elif isinstance(value, list):
        yield path, Fact("array", required)
        yield from _reference_facts(cast("list[object]", value)[0], f"{path}[]")
    elif isinstance(value, Mapping):
        fields = cast("Object", value)
        only = next(iter(fields), "")
        if only.startswith("["):
            yield path, Fact("array", required, list_type=only.strip("[]"))
            yield from _reference_facts(fields[only], f"{path}[]")
        elif only == "<key>":
            yield path, Fact("object", required)
            yield from _reference_facts(fields[only], f"{path}<>")
        else:
            yield path, Fact("object", required)
            yield from _reference_fields(fields, path)


def _word(text: str, required: bool) -> Fact:
    if text == "PodSpec" or text.startswith("object("):
        return Fact("object", required, open=text == "object(any)", deeper=False)
    found = _TYPE.fullmatch(text)
    assert found, f"the reference has a word that is not known here: {text}"
    choices = found["choices"]
    return Fact(
        found["type"],
        required,
        () if choices is None else tuple(choices.split("|")),
        json.dumps(json.loads(found["default"])) if found["default"] else "",
    )


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
