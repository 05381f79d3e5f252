"""PodDefaults that a stack gives its teams, as settings."""

from collections.abc import Mapping
from typing import Self

from pydantic import Field, field_validator, model_validator

from ..settings_base import DnsLabel, Settings


class PodDefaultSettings(Settings):
    """Variables and files that are added to pods of a team (PodDefault)."""

    description: str = Field(
        default="", description="What people read in the forms; the name of the PodDefault unless said."
    )
    every_pod: bool = Field(
        default=False,
        description="Whether each pod of the team gets it. Otherwise those do that people choose it for, and "
        "those with the label of its name and the value `true`.",
    )
    environment: Mapping[str, str] = Field(default={}, description="Variables by name; no secrets.")
    environment_secrets: tuple[DnsLabel, ...] = Field(
        default=(), description="Secrets of the team's namespace whose keys become variables."
    )
    secret_files: Mapping[str, DnsLabel] = Field(
        default={}, description="Secrets of the team's namespace as files, by the folder where they appear."
    )

    @field_validator("secret_files")
    @classmethod
    def _absolute(cls, folders: Mapping[str, str]) -> Mapping[str, str]:
        for folder in folders:
            if not folder.startswith("/"):
                raise ValueError(f"found the folder '{folder}'; allowed: an absolute path")
        return folders

    @model_validator(mode="after")
    def _adds_something(self) -> Self:
        if not (self.environment or self.environment_secrets or self.secret_files):
            raise ValueError("adds nothing; allowed: environment, environmentSecrets or secretFiles")
        return self
