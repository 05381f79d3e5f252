"""Where the images of a stack come from, and the gate that refuses some of them."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from ..contracts import Cluster, Offer
from ..identity.secrets import GivenSecrets
from ..images.gate import named_by, problems
from ..images.lock import Lock
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

    def check(self, cluster: Cluster, offers: Mapping[str, Offer] | None = None) -> None:
        """Raise SettingsError, with a line for each, where images are declared that the stack refuses."""
        if not self.settings.images.refuses:
            return
        by_component = {name: offer.images for name, offer in (offers or {}).items()}
        found = list(
            problems(
                self.settings.images,
                {"cluster": cluster.images, **by_component},
                source=self.source,
                pools=cluster.node_pools,
                lock=self.lock,
                keys=named_by(self.settings),
            )
        )
        if found:
            raise SettingsError("\n".join(found))


@contextmanager
def pulling_images(settings: PlatformSettings, secrets: GivenSecrets | None) -> Generator[Images]:
    """Have all that is declared meanwhile pull its images from where the stack's settings say.

    Raises SettingsError where the lock file cannot be read.
    """
    lock = Lock.read(settings.images.lock) if settings.images.lock else None
    with pulling(image_source(settings.images, secrets, lock)) as source:
        yield Images(settings=settings, source=source, lock=lock)
