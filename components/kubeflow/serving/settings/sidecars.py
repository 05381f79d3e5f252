"""What a stack may say about the containers that KServe adds to the pods of teams."""

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from ....kube.image import PinnedImage
from ....kube.quantity import parse_quantity
from ....kube.settings import Compute, ProgramSettings, Quantity
from ....settings_base import Settings, duplicates


class SidecarSettings(ProgramSettings):
    """A container that KServe adds to pods. It reads all four quantities and stops where one is missing."""

    requests: Compute = Field(
        default=Compute(cpu="100m", memory="100Mi"), description="What the scheduler reserves for it."
    )
    limits: Compute = Field(default=Compute(cpu="1", memory="1Gi"), description="What it may use at most.")

    @model_validator(mode="after")
    def _has_all_quantities(self) -> Self:
        for name in ("cpu", "memory"):
            asked, most = getattr(self.requests, name), getattr(self.limits, name)
            for key, value in (("requests", asked), ("limits", most)):
                if value is None:
                    raise ValueError(f"{key}.{name} is missing; KServe needs cpu and memory in both")
            if parse_quantity(asked) > parse_quantity(most):
                raise ValueError(
                    f"requests.{name} is {asked} and limits.{name} is {most}; allowed: at most the limit"
                )
        return self


class StorageInitializerSettings(SidecarSettings):
    """The init container that fetches a model before its server starts."""

    ca_bundle: str | None = Field(
        default=None,
        min_length=1,
        description="ConfigMap in Kubeflow's namespace with the key `cabundle.crt`: certificates that object "
        "stores are trusted by. KServe copies it to each namespace with a service.",
    )
    ca_bundle_path: str = Field(
        default="/etc/ssl/custom-certs", pattern=r"^/", description="Where that file is seen."
    )
    oci_images: bool = Field(
        default=True, description="Whether models may come as images (`oci://`), beside their server."
    )
    oci_cpu: Quantity = Field(default="10m", description="CPU of such an image's container.")
    oci_memory: Quantity = Field(default="15Mi", description="Memory of such an image's container.")
    oci_user: int | None = Field(
        default=1010, ge=0, description="User of such an image and of its server; null: their own."
    )


StorageUse = Literal["initContainer", "localModelDownloadJob"]


class StorageContainerSettings(SidecarSettings):
    """A storage container of one's own: it fetches models from where the standard one cannot."""

    name: str = Field(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", description="Its name; not `default`.")
    image: PinnedImage | None = Field(default=None, description="The image; needed.")
    prefixes: tuple[str, ...] = Field(default=(), description="What its addresses begin with: `hub://`.")
    patterns: tuple[str, ...] = Field(default=(), description="Regular expressions of its addresses.")
    many_models: bool = Field(
        default=False, description="Whether it takes several pairs of address and folder at once."
    )
    used_by: StorageUse = Field(
        default="initContainer", description="Whether services use it, or jobs of the local model cache."
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.name == "default":
            raise ValueError("'default' is the standard container's name; allowed: another")
        if self.image is None:
            raise ValueError(
                f"storage container '{self.name}' has no image; allowed: one with its tag or digest"
            )
        if not (self.prefixes or self.patterns):
            raise ValueError(f"storage container '{self.name}' needs prefixes or patterns of its addresses")
        return self


class LoggerStorage(Settings):
    """Where payloads are written in batches, instead of being sent one by one."""

    path: str = Field(min_length=1, description="Folder in the bucket.")
    storage_format: Literal["json", "csv", "parquet"] = Field(
        default="json", description="Form of the files."
    )
    key: str = Field(default="credentials", min_length=1, description="Key of the Secret `storage-config`.")
    service_account: str = Field(
        default="logger-sa", min_length=1, description="Service account whose credentials are used."
    )


class LoggerSettings(Settings):
    """The payload logger of services that ask for one, where they say nothing else."""

    default_url: str = Field(
        default="http://default-broker", pattern=r"^https?://", description="Where payloads are sent."
    )
    ca_bundle: str | None = Field(
        default=None, description="ConfigMap in the service's namespace with a CA of that address."
    )
    ca_file: str | None = Field(default=None, description="Key of that ConfigMap.")
    skip_verification: bool = Field(default=False, description="Whether any certificate is accepted.")
    storage: LoggerStorage | None = Field(default=None, description="Where payloads are kept; null: sent on.")
    marshaller_url: str | None = Field(
        default=None, pattern=r"^https?://", description="What turns payloads into the files' form."
    )
    batch_size: int | None = Field(default=None, ge=1, description="Payloads in one file.")
    batch_interval: str | None = Field(
        default=None, pattern=r"^([0-9]+(ms|s|m|h))+$", description="How long a file is waited for: `30s`."
    )


class RouterSettings(SidecarSettings):
    """The router of an inference graph."""

    propagated_headers: tuple[str, ...] = Field(
        default=(), description="Headers, or regular expressions of them, that every step gets."
    )
    pull_policy: Literal["Always", "IfNotPresent", "Never"] = Field(
        default="IfNotPresent", description="When its image is pulled."
    )
    pull_secrets: tuple[str, ...] = Field(
        default=(), description="Secrets in the graph's namespace that its image is pulled with."
    )

    @field_validator("pull_secrets")
    @classmethod
    def _each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if twice := duplicates(names):
            raise ValueError(f"'{twice[0]}' stands there twice; allowed: once")
        return names


class ExplainerSettings(Settings):
    """Explainers by their kind; the ART explainer is the one that KServe has."""

    art: PinnedImage | None = Field(default=None, description="Image of the ART explainer, with its tag.")

    @field_validator("art")
    @classmethod
    def _by_its_tag(cls, image: str | None) -> str | None:
        if image and "@" in image:
            raise ValueError(
                f"'{image}' has a digest; KServe names explainers by image and tag: allowed is path:tag"
            )
        return image
