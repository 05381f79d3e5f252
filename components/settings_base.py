"""The base of every settings model, and the types that settings share."""

import re
from collections.abc import Iterable, Mapping
from ssl import PEM_cert_to_DER_cert
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from .settings_text import as_text


class SettingsError(Exception):
    """Settings that cannot be deployed. Its text is for the user: key, what was found, what is allowed."""


class Settings(BaseModel):
    """A frozen model whose keys are written in camelCase; a key that it does not know is refused.

    Where a field's default is itself a model, giving some of its keys keeps the others at that default:
    `controller: {replicas: 2}` changes the replicas and leaves the component's own requests alone.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        validate_default=True,
        str_strip_whitespace=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, given: object) -> object:
        if not isinstance(given, Mapping):
            return given
        values = dict(cast("Mapping[str, object]", given))
        for name, field in cls.model_fields.items():
            default = field.get_default(call_default_factory=False)
            key = field.alias if field.alias in values else name
            if key in values:
                values[key] = as_text(values[key], field.annotation)
            if isinstance(default, Settings) and isinstance(values.get(key), Mapping):
                values[key] = merged(
                    default.model_dump(by_alias=True, exclude_unset=True),
                    cast("Mapping[str, object]", values[key]),
                )
        return values


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `over` laid on it: mappings are merged key by key, anything else is replaced."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            result[key] = merged(cast("Mapping[str, Any]", old), cast("Mapping[str, Any]", value))
        else:
            result[key] = value
    return result


def duplicates(values: Iterable[str]) -> list[str]:
    """The values that occur more than once, each named once, in order."""
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for value in values:
        if value in seen:
            twice[value] = None
        seen.add(value)
    return list(twice)


_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+?-----END CERTIFICATE-----")


def _certificates(value: str) -> str:
    found = _CERTIFICATE.findall(value)
    if "PRIVATE KEY" in value:
        raise ValueError("a private key stands beside the certificates; allowed: certificates in PEM")
    try:
        whole = bool(found) and all(PEM_cert_to_DER_cert(one)[:1] == b"\x30" for one in found)
    except ValueError:
        whole = False
    if not whole:
        raise ValueError("no certificate in PEM; allowed: one or several, each from BEGIN to END CERTIFICATE")
    return f"{value}\n"


Certificates = Annotated[
    str, AfterValidator(_certificates), Field(description="One certificate or several, in PEM.")
]


_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def _dns_label(value: str) -> str:
    if not _DNS_LABEL.fullmatch(value):
        raise ValueError(
            f"'{value}' is not a DNS label (lower-case letters, digits and '-', at most 63 characters, "
            "starting and ending with a letter or digit)"
        )
    return value


DnsLabel = Annotated[str, AfterValidator(_dns_label), Field(description="A DNS label (RFC 1123).")]


# The form that browsers and Kubeflow's dashboard take for an address (HTML standard, input type email).
_EMAIL = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@"
    r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*"
)


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError(f"'{value}' is not an email address (name@example.com)")
    return value


EmailAddress = Annotated[
    str, AfterValidator(_email), Field(description="An email address, as the identity provider writes it.")
]
