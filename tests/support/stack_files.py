"""The stack files of the project as the program reads them: with their overlays, and with made-up secrets."""

from typing import Any

import pulumi
import yaml

from components.identity.needed_secrets import required
from components.identity.secrets import GivenSecrets
from components.platform_settings import PlatformSettings
from overlays import layered
from tests.support.project import ROOT


def stack_values(name: str) -> dict[str, Any]:
    """What a stack file and its overlays say, by settings without their prefix."""
    text = (ROOT / "stacks" / f"Pulumi.{name}.yaml").read_text(encoding="utf-8")
    config: dict[str, object] = yaml.safe_load(text)["config"]
    given = {key.removeprefix("slipway:"): value for key, value in config.items()}
    values = dict(layered(given, ROOT).settings.values)
    values.pop("overlays", None)
    return values


def made_up_secrets(settings: PlatformSettings) -> GivenSecrets:
    """A secret for each that a stack cannot do without."""
    names = required(settings.identity, settings.gateway)
    return GivenSecrets(values={name: pulumi.Output.secret(f"made-up-{name}") for name in names})
