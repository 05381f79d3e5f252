"""The program of a rehearsal: the stack's settings as they are, on the simulated cluster that is there."""

import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pulumi

from components.clusters.choice import ClusterSettings
from components.clusters.provider import cluster_provider
from components.clusters.simulated import STORAGE_CLASS, directory_of
from components.contracts import Capabilities, Cluster
from components.platform import deploy_on
from components.platform_settings import PlatformSettings
from components.settings_base import SettingsError
from overlays.stack import applied
from simulator.rehearsal.data import RehearsedData
from stacks.early import send
from stacks.settings import headed, load
from stacks.traces import leave_out

# See stacks/__main__.py.
_TOLD = 32

_WAITED_FOR = (
    "kubernetes:apps/v1:DaemonSet",
    "kubernetes:apps/v1:Deployment",
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:batch/v1:Job",
    "kubernetes:core/v1:PersistentVolumeClaim",
    "kubernetes:core/v1:Pod",
    "kubernetes:core/v1:Service",
)
_SKIP = "pulumi.com/skipAwait"


def main() -> None:
    """Declare all of the stack's platform, waiting for no pod: those without room are what is looked for."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    leave_out()
    try:
        given = load()
        settings = rehearsed(given.settings)
        # Registered before anything is declared.
        pulumi.runtime.register_resource_transform(_do_not_wait)
        cluster = _cluster(settings.cluster)
        opts = pulumi.ResourceOptions(providers=[cluster.provider])
        provider, copied = settings.cluster.provider, settings.backs_up
        data = RehearsedData(settings.data, cluster, opts, backups=copied, provider=provider)
        with applied(given.overlaid, settings.teams):
            deploy_on(cluster, settings, given.secrets, declared=send, data=data)
    except SettingsError as error:
        pulumi.log.error(headed(str(error)))
        sys.exit(_TOLD)


def rehearsed(settings: PlatformSettings) -> PlatformSettings:
    """The settings without GPU support, which is a chart and has its stand-ins."""
    return settings.model_copy(update={"gpu": settings.gpu.model_copy(update={"support": "none"})})


def _cluster(settings: ClusterSettings) -> Cluster:
    stack = pulumi.get_stack()
    directory = directory_of(stack)
    kubeconfig = pulumi.Output.secret((directory / "kubeconfig.yaml").read_text(encoding="utf-8"))
    provider = cluster_provider(
        "cluster", kubeconfig=kubeconfig, identifier=_identifier(directory), opts=pulumi.ResourceOptions()
    )
    return Cluster(
        name=getattr(settings, "name", None) or stack,
        kubeconfig=kubeconfig,
        provider=provider,
        node_pools=settings.contracts(),
        storage_class=STORAGE_CLASS,
        shared_storage_class=STORAGE_CLASS,
        capabilities=Capabilities(images=(), load_balancer=False, serves_pages=False),
    )


def _identifier(directory: Path) -> str:
    from simulator import cluster  # noqa: PLC0415

    return cluster.status(directory).identifier


def _do_not_wait(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    if args.type_ not in _WAITED_FOR:
        return None
    metadata = pulumi.Output.from_input(args.props.get("metadata") or {}).apply(_unawaited)
    return pulumi.ResourceTransformResult(props={**args.props, "metadata": metadata}, opts=args.opts)


def _unawaited(metadata: Mapping[str, object]) -> dict[str, object]:
    annotations = cast("Mapping[str, str]", metadata.get("annotations") or {})
    return {**metadata, "annotations": {**annotations, _SKIP: "true"}}
