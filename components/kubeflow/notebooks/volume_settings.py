"""Volumes that a new notebook has at first."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ...kube.quantity import parse_quantity
from ...kube.settings import Quantity
from ...settings_base import Settings

HOME = "/home/jovyan"
NOTEBOOK_NAME = "{notebook-name}"

_CLAIM_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


def _claim_name(value: str) -> str:
    if value.count(NOTEBOOK_NAME) != 1:
        raise ValueError(
            f"'{value}' must hold {NOTEBOOK_NAME} once: the second notebook would find the claim taken"
        )
    if not _CLAIM_NAME.fullmatch(value.replace(NOTEBOOK_NAME, "n")):
        raise ValueError(
            f"'{value}' gives no name for a claim (allowed: lower-case letters, digits and '-' "
            f"around {NOTEBOOK_NAME})"
        )
    return value


def _whole_gibibytes(value: str) -> str:
    if parse_quantity(value) % 1024**3:
        raise ValueError(f"'{value}' is not a whole number of Gi, which is what the form counts (5Gi, 1Ti)")
    return value


def _mount_path(value: str) -> str:
    if not value.startswith("/") or value == "/" or ":" in value:
        raise ValueError(f"'{value}' is not a path to mount at (allowed: absolute, below /, without ':')")
    return value


ClaimName = Annotated[str, AfterValidator(_claim_name), Field(description="Name of the claim.")]
Size = Annotated[Quantity, AfterValidator(_whole_gibibytes), Field(description="Size in whole Gi.")]
# Those of the form's buttons: crud-web-apps/jupyter, access-modes.component.html.
AccessMode = Literal["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"]


class NewVolume(Settings):
    """A claim that is created with the notebook, and stays when it is deleted."""

    size: Size = Field(default="5Gi", description="Size.")
    storage_class: str | None = Field(default=None, description="Storage class; null: the cluster's default.")
    access_mode: AccessMode = Field(default="ReadWriteOnce", description="Who may mount it at once.")

    @property
    def gibibytes(self) -> int:
        """The size in GiB."""
        return int(parse_quantity(self.size)) // 1024**3


class WorkspaceVolume(NewVolume):
    """The volume of the home folder."""

    name: ClaimName = Field(default=f"{NOTEBOOK_NAME}-workspace", description="Name of the claim.")
    mount: Annotated[str, AfterValidator(_mount_path)] = Field(default=HOME, description="Where it is seen.")


class DataVolume(NewVolume):
    """A further volume: a new claim, or one that exists in the team's namespace.

    The form mounts it at `/home/jovyan/<name of the claim>`, whatever its defaults say.
    """

    name: str = Field(
        default="",
        description=f"Name of a new claim, with {NOTEBOOK_NAME} in it. Either this or existingClaim.",
    )
    existing_claim: str | None = Field(default=None, description="Name of a claim that is there already.")
    read_only: bool = Field(default=False, description="Whether an existing claim is mounted read-only.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if bool(self.name) == bool(self.existing_claim):
            raise ValueError("a data volume needs either name (a new claim) or existingClaim, and not both")
        if self.name:
            _claim_name(self.name)
            if self.read_only:
                raise ValueError(f"data volume '{self.name}': readOnly goes with existingClaim only")
        return self
