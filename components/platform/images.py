"""Where the images of a stack come from, and the gate that refuses some of them."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pulumi

from ..charts import installed
from ..contracts import Cluster, Offer
from ..identity.secrets import GivenSecrets
from ..images import airgap
from ..images.airgap import Watch
from ..images.gate import named_by, problems
from ..images.lock import Lock
from ..images.outside import CLOUD_INTERFACES
from ..images.source import image_source
from ..kube.pulling import ImageSource, pulling
from ..platform_settings import PlatformSettings
from ..settings_base import SettingsError


@dataclass(frozen=True, kw_only=True)
class Images:
    """The images of one stack."""

    settings: PlatformSettings
    source: ImageSource
    lock: Lock | None
    watch: Watch | None

    @property
    def refuse(self) -> bool:
        """Whether something may be refused once all of it is declared."""
        return self.settings.images.refuses or self.settings.airgap.enabled

    def watched(self, opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
        """Options of components, with those that have them watched where the cluster has no way outside."""
        return pulumi.ResourceOptions.merge(opts, self.watch.options()) if self.watch else opts

    def check(self, cluster: Cluster, offers: Mapping[str, Offer] | None = None) -> None:
        """Raise SettingsError, with a line for each thing that was declared and that the stack refuses."""
        if self.refuse and (found := [*self._problems(cluster, offers or {})]):
            raise SettingsError("\n".join(found))

    def _problems(self, cluster: Cluster, offers: Mapping[str, Offer]) -> Iterator[str]:
        settings = self.settings
        images = {"cluster": cluster.images, **{name: offer.images for name, offer in offers.items()}}
        yield from problems(
            settings.images,
            images,
            source=self.source,
            pools=cluster.node_pools,
            lock=self.lock,
            keys=named_by(settings),
        )
        if self.watch:
            yield from airgap.problems(settings.airgap, settings.images, images, self.source)
            charts = airgap.chart_problem(settings.addons.source.kind)
            some = any(installed(cluster.capabilities, pin) for pin in settings.addons.charts)
            if charts and some and settings.scope != "teams":
                yield charts
            yield from self.watch.problems(self._inside(cluster, offers))

    def _inside(self, cluster: Cluster, offers: Mapping[str, Offer]) -> Iterator[str]:
        """Hosts that are reached without a way outside: allowed ones, Services, the cloud's interfaces."""
        yield from self.settings.airgap.allowed_hosts
        yield f"*.{self.settings.gateway.cluster_domain}"
        # A star alone stands for whatever host is asked for, and for none that is asked.
        yield from (host for host in self.settings.gateway.hosts if host != "*")
        for offer in offers.values():
            yield from (f"*.{namespace}" for namespace in offer.namespaces)
        cloud = cluster.cloud.provider if cluster.cloud else self.settings.cluster.provider
        yield from CLOUD_INTERFACES.get(cloud, ())


@contextmanager
def pulling_images(settings: PlatformSettings, secrets: GivenSecrets | None) -> Generator[Images]:
    """Have all that is declared meanwhile pull its images from where the stack's settings say.

    Raises SettingsError where the lock file cannot be read.
    """
    lock = Lock.read(settings.images.lock) if settings.images.lock else None
    with pulling(image_source(settings.images, secrets, lock)) as source:
        watch = Watch() if settings.airgap.enabled else None
        yield Images(settings=settings, source=source, lock=lock, watch=watch)
