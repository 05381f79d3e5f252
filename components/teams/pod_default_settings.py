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


class ProxySettings(Settings):
    """The proxy through which pods reach the internet."""

    http: str = Field(pattern=r"^https?://\S+$", description="Address for http.")
    https: str | None = Field(
        default=None, pattern=r"^https?://\S+$", description="Address for https; that for http unless said."
    )
    without: tuple[str, ...] = Field(
        default=(), description="Names and networks that are reached without it, beside the cluster's own."
    )

    def environment(self, cluster_domain: str) -> dict[str, str]:
        """Variables as programs read them; some know only small letters, some only capitals."""
        own = ("localhost", "127.0.0.1", ".svc", f".{cluster_domain}")
        values = {
            "http_proxy": self.http,
            "https_proxy": self.https or self.http,
            "no_proxy": ",".join((*own, *self.without)),
        }
        return {**values, **{name.upper(): value for name, value in values.items()}}
