"""Where the catalog's models come from: lists of a stack's own, ConfigMaps, and Hugging Face.

Fields: kubeflow/hub, catalog/internal/catalog/modelcatalog and catalog/pkg/openapi.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ...settings_base import Settings, duplicates

_OBJECT_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_DURATION = re.compile(r"(?:[0-9]+h)?(?:[0-9]+m)?(?:[0-9]+s)?")


def _object_name(value: str) -> str:
    if not _OBJECT_NAME.fullmatch(value):
        raise ValueError(
            f"'{value}' is no name of an object (lower-case letters, digits, '-' and '.', at most 253 "
            "characters, starting and ending with a letter or digit)"
        )
    return value


def _duration(value: str) -> str:
    if not value or not _DURATION.fullmatch(value):
        raise ValueError(f"'{value}' is no duration (hours, minutes, seconds: 24h, 90m, 1h30m)")
    return value


ObjectName = Annotated[
    str, AfterValidator(_object_name), Field(description="Name of an object in Kubeflow's namespace.")
]
Key = Annotated[str, Field(pattern=r"^[-._a-zA-Z0-9]{1,253}$", description="Key in a Secret or ConfigMap.")]
# It stands in addresses, and in the name of a variable.
SourceId = Annotated[
    str, Field(pattern=r"^[a-z0-9]([-_a-z0-9]{0,61}[a-z0-9])?$", description="A source's identifier.")
]


# The database keeps whole numbers in 32 bits.
_WHOLE = 2**31


def _properties(
    values: Mapping[str, bool | int | float | str],
) -> Mapping[str, bool | int | float | str]:
    for name, value in values.items():
        if isinstance(value, int) and not -_WHOLE <= value < _WHOLE:
            raise ValueError(
                f"'{name}': {value} is too large for a whole number; allowed: 32 bits, or text in quotes"
            )
    return values


CustomProperties = Annotated[
    Mapping[str, bool | int | float | str],
    AfterValidator(_properties),
    Field(description="Further properties by name."),
]


class SecretKeySettings(Settings):
    """One value of a Secret that is in Kubeflow's namespace already; the value itself is nobody's setting."""

    secret: ObjectName = Field(description="Name of the Secret.")
    key: Key = Field(description="Key of the value in it.")

    @model_validator(mode="before")
    @classmethod
    def _names_and_no_value(cls, given: object) -> object:
        # Said here, since an error about a text would show it.
        if isinstance(given, str):
            raise ValueError(  # noqa: TRY004 - pydantic collects no other
                "a text stands there; allowed: secret and key, which name where the value is kept"
            )
        return given


class ConfigMapKeySettings(Settings):
    """One file of a ConfigMap that is in Kubeflow's namespace already."""

    name: ObjectName = Field(description="Name of the ConfigMap.")
    key: Key = Field(description="Key of the file in it.")


class ArtifactSettings(Settings):
    """Where a model's files are."""

    uri: str = Field(
        pattern=r"^[a-z0-9]+://\S+$", description="Address: oci://, s3://, https:// and the like."
    )
    custom_properties: CustomProperties = Field(default={}, description="Further properties by name.")


class ModelSettings(Settings):
    """One model of a catalog."""

    name: str = Field(min_length=1, description="Name, unique in its source.")
    description: str | None = Field(default=None, description="What it is, in a sentence.")
    readme: str | None = Field(default=None, description="Its documentation, in Markdown.")
    provider: str | None = Field(default=None, description="Who provides it.")
    maturity: str | None = Field(default=None, description="How mature it is.")
    license: str | None = Field(default=None, description="Short name of its license: apache-2.0.")
    license_link: str | None = Field(default=None, description="Address of the license's text.")
    library_name: str | None = Field(default=None, description="Library it is for: transformers.")
    logo: str | None = Field(default=None, description="Address of its logo, best a data URL.")
    language: tuple[str, ...] = Field(default=(), description="Languages (ISO 639).")
    tasks: tuple[str, ...] = Field(default=(), description="Tasks: text-generation.")
    custom_properties: CustomProperties = Field(
        default={}, description="Further properties by name, such as model_type: generative or predictive."
    )
    artifacts: tuple[ArtifactSettings, ...] = Field(default=(), description="Where its files are.")


class _Source(Settings):
    id: SourceId = Field(description="Identifier, unique in the catalog.")
    name: str = Field(min_length=1, description="What people read.")
    enabled: bool = Field(default=True, description="Whether its entries are shown.")
    labels: tuple[str, ...] = Field(default=(), description="Labels that sources are grouped by.")


class _ModelSource(_Source):
    included_models: tuple[str, ...] = Field(
        default=(), description="Names to include, in which * stands for anything; none given: all."
    )
    excluded_models: tuple[str, ...] = Field(
        default=(), description="Names to leave out, in which * stands for anything."
    )

    @model_validator(mode="after")
    def _patterns_make_sense(self) -> Self:
        if any(not pattern.strip() for pattern in (*self.included_models, *self.excluded_models)):
            raise ValueError(f"source '{self.id}': a pattern of models is empty")
        if both := sorted(set(self.included_models) & set(self.excluded_models)):
            raise ValueError(f"source '{self.id}': {', '.join(both)} is both included and excluded")
        return self


class ModelListSettings(_ModelSource):
    """Models that are written down: here, or in a ConfigMap."""

    type: Literal["yaml"] = Field(description="Models that are written down.")
    models: tuple[ModelSettings, ...] = Field(default=(), description="The models.")
    config_map: ConfigMapKeySettings | None = Field(
        default=None, description="The ConfigMap that has them instead, in the catalog's own form."
    )

    @model_validator(mode="after")
    def _in_one_place(self) -> Self:
        if bool(self.models) == (self.config_map is not None):
            raise ValueError(f"source '{self.id}': give models, or the configMap that has them, and not both")
        if twice := duplicates(model.name for model in self.models):
            raise ValueError(f"source '{self.id}': {', '.join(twice)} stands there more than once")
        return self


class HuggingFaceSettings(_ModelSource):
    """Models of the Hugging Face Hub, whose descriptions the catalog fetches."""

    type: Literal["hf"] = Field(description="Models of the Hugging Face Hub.")
    included_models: tuple[str, ...] = Field(
        min_length=1,
        description="Models to fetch: organization/name, organization/* or organization/prefix*.",
    )
    allowed_organization: str | None = Field(
        default=None, min_length=1, description="The organization that all patterns are in, and left out of."
    )
    url: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="Address of a mirror; huggingface.co if not given.",
    )
    sync_interval: Annotated[str, AfterValidator(_duration)] = Field(
        default="24h", description="How often it is fetched again: 24h, 90m."
    )
    api_key: SecretKeySettings | None = Field(
        default=None, description="This source's own key; the catalog's huggingFaceKey if not given."
    )


ModelSourceSettings = Annotated[ModelListSettings | HuggingFaceSettings, Field(discriminator="type")]


class McpSourceSettings(_Source):
    """Servers of the Model Context Protocol, in a ConfigMap."""

    config_map: ConfigMapKeySettings = Field(description="The ConfigMap, in the catalog's own form.")


def repeated_ids(sources: Sequence[_Source]) -> list[str]:
    """Identifiers that more than one source has; `-` and `_` count as the same."""
    return duplicates(source.id.replace("-", "_") for source in sources)
