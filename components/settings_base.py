"""The base of every settings model, and the types that settings share."""

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Settings(BaseModel):
    """A frozen model whose keys are written in camelCase; a key that it does not know is refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        validate_default=True,
        str_strip_whitespace=True,
    )


class SettingsError(Exception):
    """Settings that cannot be deployed. Its text is for the user: key, what was found, what is allowed."""


def duplicates(values: Iterable[str]) -> list[str]:
    """The values that occur more than once, each named once, in order."""
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for value in values:
        if value in seen:
            twice[value] = None
        seen.add(value)
    return list(twice)


_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def _dns_label(value: str) -> str:
    if not _DNS_LABEL.fullmatch(value):
        raise ValueError(
            f"'{value}' is not a DNS label (lower-case letters, digits and '-', at most 63 characters, "
            "starting and ending with a letter or digit)"
        )
    return value


DnsLabel = Annotated[str, AfterValidator(_dns_label), Field(description="A DNS label (RFC 1123).")]
