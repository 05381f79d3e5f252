"""Reads the stack's settings: the only place that knows pulumi.Config."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pulumi
from pulumi.runtime import is_config_secret
from pulumi.runtime.config import get_config_env

from components.clusters.existing import ExistingSettings
from components.clusters.existing.kubeconfig import read_kubeconfig
from components.identity.needed_secrets import optional, required, secret_problems
from components.identity.secrets import GivenSecrets
from components.images import pull_secret_problem
from components.platform_settings import PlatformSettings, platform_settings
from components.settings_base import SettingsError
from components.settings_errors import unknown
from components.storage.backup.settings import backup_secrets
from overlays.stack import Overlaid, layered

PROJECT = "slipway"


SECRET = "secret-"
"""How the key of a secret begins; `slipway:secret-kubeconfig` and the like."""
KUBECONFIG = "kubeconfig"


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a stack gives: settings, secrets by name, and the kubeconfig of a cluster that is there.

    `overlaid` holds the settings as they were merged, and from where, and the patches of its overlays.
    """

    settings: PlatformSettings
    overlaid: Overlaid
    secrets: GivenSecrets
    kubeconfig: str | None = field(repr=False)


def load() -> Given:
    """Read and check every setting of this stack, before anything is declared.

    Raises SettingsError, which names each key that is wrong, what was found and what is allowed.
    """
    config = pulumi.Config(PROJECT)
    overlaid = layered(_given(config), _root())
    try:
        settings = platform_settings(overlaid.settings.values)
        _check_secrets(config, settings)
    except SettingsError as error:
        raise SettingsError(overlaid.settings.told(str(error))) from None
    secrets = {name: config.require_secret(f"{SECRET}{name}") for name in _secrets()}
    return Given(
        settings=settings,
        overlaid=overlaid,
        secrets=GivenSecrets(values=secrets),
        kubeconfig=_kubeconfig(config, settings),
    )


def headed(text: str) -> str:
    """What is wrong with the settings, under the name of the stack."""
    lines = text.splitlines()
    stack = pulumi.get_stack()
    if len(lines) == 1:
        return f"the settings of stack '{stack}' are refused: {text}"
    listed = "\n".join(f"  - {line}" for line in lines)
    return f"the settings of stack '{stack}' are refused in {len(lines)} places:\n{listed}"


def _root() -> Path:
    """The project's folder. Pulumi says it only where its language host is new enough."""
    here = Path.cwd()
    return next((one for one in (here, *here.parents) if (one / "Pulumi.yaml").is_file()), here)


def _kubeconfig(config: pulumi.Config, settings: PlatformSettings) -> str | None:
    """The kubeconfig that the stack names or holds, as text: the cluster is looked at at once."""
    cluster = settings.cluster
    if not isinstance(cluster, ExistingSettings) or cluster.stack:
        return None
    if cluster.kubeconfig_file:
        return read_kubeconfig(cluster.kubeconfig_file)
    if text := config.get(f"{SECRET}{KUBECONFIG}"):
        return text
    raise SettingsError(
        f"{PROJECT}:{SECRET}{KUBECONFIG}: is missing, and cluster.kubeconfigSecret asks for it: `pulumi "
        f"config set --secret {PROJECT}:{SECRET}{KUBECONFIG} < kubeconfig.yaml`"
    )


def _given(config: pulumi.Config) -> dict[str, object]:
    known = [field.alias or name for name, field in PlatformSettings.model_fields.items()]
    given: dict[str, object] = {}
    for name in _names():
        if name.startswith(SECRET):
            _require_encrypted(name)
            continue
        if name not in known:
            raise SettingsError(unknown([name], known))
        if is_config_secret(f"{PROJECT}:{name}"):
            raise SettingsError(
                f"{PROJECT}:{name}: holds a secret value, and Pulumi would hand all of it to the program as "
                "plain text. A secret belongs in a key of its own."
            )
        text = config.require(name)
        try:
            given[name] = json.loads(text)
        except json.JSONDecodeError:
            given[name] = text
    return given


def _check_secrets(config: pulumi.Config, settings: PlatformSettings) -> None:
    """Refuse secrets that are missing, known to the public, too weak, or read by nothing."""
    values = {name: config.require(f"{SECRET}{name}") for name in _secrets()}
    registry = pull_secret_problem(settings.images, values)
    found = [registry] if registry else []
    if settings.scope != "everything":
        if found:
            raise SettingsError(found[0])
        return
    identity, gateway = settings.identity, settings.gateway
    copies = backup_secrets(settings.data.backup, on=settings.backs_up)
    found += secret_problems(identity, gateway, values, copies)
    pull = [settings.images.pull_secret] if settings.images.pull_secret else []
    known = {KUBECONFIG, *pull, *required(identity, gateway), *optional(identity), *copies}
    keys = [f"{SECRET}{name}" for name in known]
    found += [unknown([f"{SECRET}{name}"], keys) for name in values if name not in known]
    if found:
        raise SettingsError("\n".join(found))


def _secrets() -> list[str]:
    """The names of the secrets that the stack gives."""
    return [name.removeprefix(SECRET) for name in _names() if name.startswith(SECRET)]


def _require_encrypted(name: str) -> None:
    if not is_config_secret(f"{PROJECT}:{name}"):
        raise SettingsError(
            f"{PROJECT}:{name}: stands in the stack's file as plain text. Take it out, change it where it "
            f"came from, and set the new one with `pulumi config set --secret {PROJECT}:{name}`"
        )


def _names() -> Iterable[str]:
    """The keys of this project; those of providers (`aws:region`) are theirs to check."""
    keys = (key.replace(f"{PROJECT}:config:", f"{PROJECT}:") for key in get_config_env())
    return [key.removeprefix(f"{PROJECT}:") for key in keys if key.startswith(f"{PROJECT}:")]
