"""What a stack declares, found out by running the program without an engine, a cluster or a cloud's account.

Resources are only noted (pulumi.runtime.Mocks). Images and names are plain values in the program, so that
nothing is missed of what only an engine would learn.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pulumi
import pulumi.runtime
import pulumi_kubernetes as k8s
import yaml

from components.clusters.existing.settings import ExistingSettings
from components.clusters.kind.settings import KindSettings
from components.contracts import Capabilities, Cluster
from components.identity.secrets import GivenSecrets
from components.images import image_source
from components.platform import deploy, deploy_on
from components.platform_settings import PlatformSettings, platform_settings
from components.project import project_folder
from components.settings_base import SettingsError
from overlays.stack import layered

CHART = "kubernetes:helm.sh/v4:Chart"
_PREFIX = "slipway:"
_SECRET = "secret-"
_LEFT_OPEN = "known-when-it-is-there"


@dataclass(kw_only=True)
class Declared:
    """What a stack declares.

    Attributes:
        images: the names by which images are pulled.
        objects: Kubernetes objects, as far as their inputs are known.
        charts: the inputs of Helm charts.
    """

    images: list[str] = field(default_factory=list[str])
    objects: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    charts: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])


def stack_settings(stack: str) -> PlatformSettings:
    """The settings of a stack's file with its overlays. Raises SettingsError."""
    return platform_settings(given(stack))


def originals(stack: str) -> Declared:
    """What a stack declares with images and charts as their projects name them, whatever mirrors it has."""
    settings = {key: value for key, value in given(stack).items() if key not in ("images", "airgap")}
    if "addons" in settings:
        settings["addons"] = {key: value for key, value in settings["addons"].items() if key != "source"}
    return declare(platform_settings(settings), stack)


def given(stack: str) -> Mapping[str, Any]:
    """What a stack's file says below `slipway:`, with its overlays, but no secrets. Raises SettingsError."""
    file = project_folder() / "stacks" / f"Pulumi.{stack}.yaml"
    if not file.is_file():
        there = sorted(one.name.split(".")[1] for one in file.parent.glob("Pulumi.*.yaml"))
        raise SettingsError(f"stack: found '{stack}'; allowed: {', '.join(there)}")
    held = cast("Mapping[str, Any]", yaml.safe_load(file.read_text(encoding="utf-8")) or {})
    config = cast("Mapping[str, Any]", held.get("config") or {})
    own = {
        key.removeprefix(_PREFIX): value
        for key, value in config.items()
        if key.startswith(_PREFIX) and not key.startswith(_PREFIX + _SECRET)
    }
    return layered(own, Path(project_folder())).settings.values


def declare(settings: PlatformSettings, stack: str) -> Declared:
    """Run the program. Raises SettingsError, as a preview would, where the settings are refused.

    Of a cluster that is there, only what its settings say is known; one of another stack is taken for one
    that runs charts, with nodes of every kind.
    """
    declared, told = Declared(), dict[str, Any]()
    refused: list[SettingsError] = []

    def program() -> None:
        try:
            told.update(_deploy(settings, stack))
        except SettingsError as error:
            refused.append(error)

    pulumi.runtime.set_mocks(_Notes(declared), project="slipway", stack=stack, preview=True)
    # What is computed, later, from what only an account knows fails; nothing of it is asked for here.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    try:
        pulumi.runtime.test(program)()  # pyright: ignore[reportUnknownMemberType] # untyped there
    except pulumi.RunError as error:
        refused.append(SettingsError(str(error)))
    except Exception:
        if not told and not refused:
            raise
    if refused:
        raise refused[0]
    declared.images = list(told["images"])
    return declared


class _Notes(pulumi.runtime.Mocks):
    """Notes what is declared, and says of each resource what it was given."""

    def __init__(self, declared: Declared) -> None:
        self._declared = declared

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        inputs = cast("dict[str, Any]", args.inputs)  # pyright: ignore[reportUnknownMemberType] # untyped there
        if str(args.typ) == CHART:
            self._declared.charts.append(inputs)
        elif str(args.typ).startswith("kubernetes:") and "kind" in inputs:
            self._declared.objects.append(inputs)
        return f"{args.name}-id", inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        return {}, None


def _deploy(settings: PlatformSettings, stack: str) -> Mapping[str, object]:
    match settings.cluster:
        case KindSettings() | ExistingSettings():
            return deploy_on(_stand_in(settings), settings, _secrets(settings))
        case _:
            return deploy(settings, stack=stack, secrets=_secrets(settings))


def _secrets(settings: PlatformSettings) -> GivenSecrets:
    return _AnySecret(values={})


class _AnySecret(GivenSecrets):
    """Stands in for secrets, which are never read here."""

    def get(self, name: str) -> pulumi.Output[str] | None:
        return pulumi.Output.secret(_LEFT_OPEN)

    def require(self, name: str) -> pulumi.Output[str]:
        return pulumi.Output.secret(_LEFT_OPEN)


def _stand_in(settings: PlatformSettings) -> Cluster:
    cluster = settings.cluster
    assert isinstance(cluster, KindSettings | ExistingSettings)
    own = isinstance(cluster, ExistingSettings)
    nodes = image_source(settings.images.model_copy(update={"pull_secret": None}))
    return Cluster(
        name="there",
        kubeconfig=pulumi.Output.from_input(_LEFT_OPEN),
        provider=k8s.Provider("cluster", kubeconfig=_LEFT_OPEN),
        node_pools=cluster.contracts(),
        storage_class="standard",
        capabilities=Capabilities(
            images="all",
            load_balancer=own,
            serves_pages=True,
            gpu_driver=cluster.gpu_driver if own else True,
            gpu_device_plugin=cluster.gpu_device_plugin if own else False,
        ),
        images=() if own else (nodes.pulled(cluster.image),),
    )
