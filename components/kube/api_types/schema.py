"""From the notation's tree of fields to structural OpenAPI v3.

A mapping is an object, and its keys are fields. A key in parentheses says something of the object itself:

    (from)       a fragment, or a type written as one string, whose schema is the start
    (open)       true: other fields are kept too
    (map)        atomic: replaced as a whole by server-side apply
    (embedded)   true: an object with a kind of its own
    (pattern)    a regular expression, for a string
    (default)    the value of an object or a list that is not given
    (rules)      message -> CEL rule over `self`
    (list rules) the same over the list or map that holds the object
"""

from collections.abc import Mapping
from typing import cast

from .checks import check
from .notation import BASIC_TYPES, Key, NotationError, Schema, listed, over, read_key, read_type

Fragments = Mapping[str, object]
Path = tuple[str, ...]

_ABOUT_THE_OBJECT = (
    "(from)", "(open)", "(map)", "(embedded)", "(pattern)", "(default)", "(rules)", "(list rules)",
)  # fmt: skip


class SchemaError(ValueError):
    """A place in a tree of fields that cannot be expanded: `path` of fields, and why."""

    def __init__(self, path: Path, reason: str) -> None:
        """Joins the path with dots, and names the root where it is empty."""
        super().__init__(f"{'.'.join(path) or 'the root'}: {reason}")


def expand(tree: object, fragments: Fragments) -> Schema:
    """The structural schema of a tree of fields. Raises SchemaError, which names the path of the mistake."""
    return _Expansion(fragments).schema(tree, ())


class _Expansion:
    def __init__(self, fragments: Fragments) -> None:
        self._fragments = fragments
        self._expanded: dict[str, Schema] = {}
        self._under_way: list[str] = []

    def schema(self, tree: object, path: Path) -> Schema:
        try:
            schema = self._read(tree, path)
            check(schema)
        except NotationError as error:
            raise SchemaError(path, str(error)) from None
        return schema

    def _read(self, tree: object, path: Path) -> Schema:
        if isinstance(tree, str):
            return self._word(tree, path)
        if isinstance(tree, Mapping):
            return self._object(cast("Mapping[str, object]", tree), path)
        raise NotationError(f"{tree!r} is neither a type nor a mapping of fields")

    def _word(self, text: str, path: Path) -> Schema:
        word = read_type(text)
        if word.name in BASIC_TYPES:
            return over(word, BASIC_TYPES[word.name])
        return over(word, self._fragment(word.name, path))

    def _fragment(self, name: str, path: Path) -> Schema:
        if name not in self._fragments:
            known = ", ".join([*BASIC_TYPES, *sorted(self._fragments)])
            raise NotationError(f"there is no type '{name}'; there are {known}")
        if name in self._under_way:
            raise NotationError(f"'{name}' contains itself; a structural schema cannot")
        if name not in self._expanded:
            self._under_way.append(name)
            self._expanded[name] = self.schema(self._fragments[name], (*path, f"({name})"))
            self._under_way.pop()
        return self._expanded[name]

    def _object(self, tree: Mapping[str, object], path: Path) -> Schema:
        start = tree.get("(from)")
        schema: Schema = {"type": "object"} if start is None else dict(self.schema(start, path))
        properties: Schema = dict(schema.get("properties", {}))
        required: list[str] = list(schema.get("required", ()))
        for text, value in tree.items():
            if text.startswith("("):
                _about_the_object(schema, text, value)
                continue
            key = read_key(text)
            if not key.name:
                return self._bare_list(tree, text, path)
            properties[key.name] = self._field(key, value, (*path, text))
            if key.required and key.name not in required:
                required.append(key.name)
        if properties:
            schema["properties"] = properties
        if required:
            schema["required"] = required
        return schema

    def _bare_list(self, tree: Mapping[str, object], text: str, path: Path) -> Schema:
        if len(tree) != 1:
            raise NotationError(f"'{text}' has no name, so it has to stand alone")
        return self._field(read_key(text), tree[text], path)

    def _field(self, key: Key, value: object, path: Path) -> Schema:
        rules: object = None
        if key.shapes and isinstance(value, Mapping):
            fields = dict(cast("Mapping[str, object]", value))
            rules, value = fields.pop("(list rules)", None), fields
        schema = self.schema(cast("object", value), path)
        try:
            for shape in reversed(key.shapes):
                schema = listed(shape, schema)
                check(schema)
            if rules is not None:
                schema["x-kubernetes-validations"] = _rules(rules)
        except NotationError as error:
            raise SchemaError(path, str(error)) from None
        return schema | {"nullable": True} if key.nullable else schema


def _about_the_object(schema: Schema, text: str, value: object) -> None:
    match text, value:
        case "(from)", _:
            pass
        case "(open)", True:
            schema["x-kubernetes-preserve-unknown-fields"] = True
        case "(embedded)", True:
            schema["x-kubernetes-embedded-resource"] = True
        case "(map)", "atomic":
            schema["x-kubernetes-map-type"] = value
        case "(pattern)", str():
            schema["pattern"] = value
        case "(default)", _:
            schema["default"] = value
        case "(rules)", Mapping():
            schema["x-kubernetes-validations"] = _rules(cast("object", value))
        case _:
            known = ", ".join(_ABOUT_THE_OBJECT)
            raise NotationError(f"'{text}: {value}' says nothing of an object; {known} do")


def _rules(value: object) -> list[Schema]:
    if not isinstance(value, Mapping) or not value:
        raise NotationError(f"rules are a mapping of message to CEL rule, not {value!r}")
    found = cast("Mapping[str, object]", value)
    return [{"message": message, "rule": rule} for message, rule in found.items()]
