"""What `overlay.yaml` may say."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from components.settings_base import Settings

from .paths import Leaf, Tokens, json_leaves, merge_leaves, pointer


class Target(Settings):
    """The objects that a patch is for: those that fit everything that is said here."""

    kind: str = Field(min_length=1, description="Kind of the objects: Deployment, ConfigMap.")
    name: str = Field(default="*", description="Their name; `*`, `?` and `[...]` as in a shell.")
    namespace: str | None = Field(
        default=None, description="Their namespace, likewise; unset: any, and objects that belong to none."
    )
    component: str | None = Field(
        default=None,
        description="The component that they belong to, by its key below `components` or `addons`, or base, "
        "gateway, gpu, identity, teams.",
    )
    team: str | None = Field(
        default=None, description="The team in whose namespace they are, like `name`: `*` means every team."
    )

    def told(self) -> str:
        """The target in one line."""
        return ", ".join(f"{key}: {value}" for key, value in self.model_dump(exclude_none=True).items())


class Operation(Settings):
    """One operation of a JSON patch (RFC 6902)."""

    op: Literal["add", "replace", "remove", "test"] = Field(description="What is done.")
    path: str = Field(description="Where: a JSON pointer (RFC 6901).")
    value: Any = Field(default=None, description="With what; none for remove.")

    @property
    def tokens(self) -> Tokens:
        """The parts of the path."""
        return pointer(self.path)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not self.tokens:
            raise ValueError("path: found the whole object; allowed: a part of it")
        given = "value" in self.model_fields_set
        if given == (self.op == "remove"):
            raise ValueError(
                f"{self.op} {self.path}: {'has a value and takes none' if given else 'has no value'}"
            )
        return self


class Patch(Settings):
    """What is changed in the objects of a target: by `merge` or by `json`."""

    name: str = Field(default="", description="What messages call it; its number if not given.")
    target: Target = Field(description="Which objects.")
    merge: Mapping[str, Any] | None = Field(
        default=None,
        description="A merge patch (RFC 7386): keys are merged, null removes; items of the lists that "
        "Kubernetes merges (containers, env, volumes ...) are merged by their key, other lists replaced.",
    )
    json_: tuple[Operation, ...] | None = Field(
        default=None, alias="json", description="A JSON patch (RFC 6902)."
    )
    override: bool = Field(
        default=False, description="It may set a path to another value than a patch before it does."
    )

    def leaves(self) -> Iterator[Leaf]:
        """Every path that is set, with its value."""
        if self.merge is not None:
            yield from merge_leaves(self.merge)
        for operation in self.json_ or ():
            if operation.op != "test":
                yield from json_leaves(operation.tokens, operation.value, remove=operation.op == "remove")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.merge is None) == (self.json_ is None):
            raise ValueError(f"found {'neither' if self.merge is None else 'both'}; allowed: merge or json")
        if self.json_ == ():
            raise ValueError("json: found an empty list; allowed: operations")
        for _ in self.leaves():
            # Going through them finds what is wrong with lists.
            pass
        return self


class Overlay(Settings):
    """An overlay."""

    settings: Mapping[str, Any] = Field(default={}, description="Settings, merged below the stack's own.")
    override: bool | tuple[str, ...] = Field(
        default=False,
        description="Settings that may differ from those of an overlay before it: true for all of them, or "
        "their keys, such as `addons.replicas`.",
    )
    patches: tuple[Patch, ...] = Field(default=(), description="What no setting reaches.")

    @model_validator(mode="after")
    def _leaves_to_the_stack_what_is_its_own(self) -> Self:
        for key in self.settings:
            if key == "overlays" or key.startswith("secret-"):
                raise ValueError(f"settings.{key}: belongs to a stack; allowed: settings other than that")
        return self


class ReadOverlay(Settings):
    """An overlay as it was found: `name` as the stack lists it, and the file."""

    name: str
    file: Path
    content: Overlay

    def patch_name(self, index: int) -> str:
        """What messages call one of its patches."""
        name = self.content.patches[index].name
        return f"overlay '{self.name}', patch {index}{f' ({name})' if name else ''}"
