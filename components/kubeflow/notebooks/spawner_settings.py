"""What the form for a new notebook offers, as an administrator says it."""

from decimal import ROUND_HALF_DOWN, Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ...kube.image import PinnedImage
from ...kube.quantity import parse_quantity
from ...kube.settings import Quantity
from ...settings_base import Settings, duplicates
from ...versions import NotebookServers
from .placement_settings import AffinitySettings, GpuSettings, TolerationGroupsSettings
from .volume_settings import DataVolume, WorkspaceVolume

_LABEL_KEY = r"^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"

LabelKey = Annotated[str, Field(pattern=_LABEL_KEY, description="Key of a Kubernetes label.")]


def _at_least_a_millicore(value: str) -> str:
    if parse_quantity(value) * 1000 % 1:
        raise ValueError(f"'{value}' is finer than a thousandth of a core; allowed: 500m, 0.5, 2")
    return value


class ImageGroup(Settings):
    """The images of one kind of server."""

    default: str = Field(description="The image that is chosen at first: one of standard or additional.")
    standard: tuple[PinnedImage, ...] = Field(description="Images of this release; a list here replaces it.")
    additional: tuple[PinnedImage, ...] = Field(default=(), description="Images of your own, listed after.")

    @property
    def options(self) -> tuple[str, ...]:
        """Every image that is offered, in order."""
        return (*self.standard, *self.additional)

    @model_validator(mode="after")
    def _default_is_offered(self) -> Self:
        if twice := duplicates(self.options):
            raise ValueError(f"image '{twice[0]}' is listed twice; allowed: once")
        if self.options and self.default not in self.options:
            raise ValueError(
                f"default '{self.default}' is not among the images that are offered; "
                f"allowed: {', '.join(self.options)}"
            )
        return self


class JupyterImages(ImageGroup):
    """The images of JupyterLab servers: the form cannot do without at least one."""

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if not self.options:
            raise ValueError("offers no image; allowed: at least one, in standard or additional")
        return self


class PullPolicySettings(Settings):
    """When the image of a notebook is pulled."""

    value: Literal["Always", "IfNotPresent", "Never"] = Field(default="IfNotPresent", description="Default.")
    read_only: bool = Field(default=False, description="Whether people must keep the default.")


class AmountSettings(Settings):
    """CPU or memory of a notebook."""

    value: Quantity = Field(description="What a notebook asks for unless its creator says otherwise.")
    limit_factor: float | None = Field(
        default=1.2, ge=1, le=100, description="Limit by request: 2 is twice the request; null: no limit."
    )
    read_only: bool = Field(default=False, description="Whether people must keep the default.")

    def check_limit(self, amount: Decimal) -> None:
        """Refuse a factor whose limit, rounded to a tenth as the web app does, falls below the request."""
        if self.limit_factor is None:
            return
        exact = amount * Decimal(str(self.limit_factor))
        limit = exact.quantize(Decimal("0.1"), ROUND_HALF_DOWN)
        if limit < amount:
            raise ValueError(
                f"value '{self.value}' times limitFactor {self.limit_factor} is {exact.normalize():f}, which "
                f"the web app rounds to a limit of {limit}, below the request; raise limitFactor, or set it "
                "to null"
            )


class CpuSettings(AmountSettings):
    """CPU of a notebook."""

    value: Annotated[Quantity, AfterValidator(_at_least_a_millicore)] = Field(
        default="500m",
        coerce_numbers_to_str=True,
        description="Cores that a notebook asks for unless its creator says otherwise.",
    )

    @property
    def cores(self) -> Decimal:
        """The default in cores."""
        return parse_quantity(self.value)

    @model_validator(mode="after")
    def _limit_holds(self) -> Self:
        self.check_limit(self.cores)
        return self


class MemorySettings(AmountSettings):
    """Memory of a notebook."""

    value: Quantity = Field(
        default="1Gi", description="Memory that a notebook asks for unless its creator says otherwise."
    )

    @property
    def gibibytes(self) -> Decimal:
        """The default in GiB, to a thousandth."""
        return (parse_quantity(self.value) / 1024**3).quantize(Decimal("0.001"))

    @model_validator(mode="after")
    def _limit_holds(self) -> Self:
        if self.gibibytes <= 0:
            raise ValueError(f"value '{self.value}' is below 1Mi; allowed: at least 1Mi")
        self.check_limit(self.gibibytes)
        return self


class SharedMemorySettings(Settings):
    """A memory-backed /dev/shm, which PyTorch's data loaders need."""

    value: bool = Field(default=True, description="Whether it is switched on at first.")
    read_only: bool = Field(default=False, description="Whether people must keep the default.")


class PodDefaultsSettings(Settings):
    """The PodDefaults of a namespace that are ticked at first."""

    labels: tuple[LabelKey, ...] = Field(
        default=(),
        description="First label key of each PodDefault's selector; a notebook gets it with the value true.",
    )
    read_only: bool = Field(default=False, description="Whether people must keep these.")


class SpawnerSettings(Settings):
    """The form."""

    allow_custom_image: bool = Field(
        default=True,
        description="Whether the form has a field for any image. The form only: whoever may create Notebooks "
        "can name any image by the API.",
    )
    hide_registry: bool = Field(default=True, description="Whether image names are shown without registry.")
    hide_tag: bool = Field(default=False, description="Whether image names are shown without tag.")
    pull_policy: PullPolicySettings = Field(default=PullPolicySettings(), description="When to pull.")
    jupyter: JupyterImages = Field(
        default=JupyterImages(
            default=NotebookServers.JUPYTER_SCIPY,
            standard=(
                NotebookServers.JUPYTER_SCIPY,
                NotebookServers.JUPYTER_PYTORCH,
                NotebookServers.JUPYTER_PYTORCH_CUDA,
                NotebookServers.JUPYTER_TENSORFLOW,
                NotebookServers.JUPYTER_TENSORFLOW_CUDA,
            ),
        ),
        description="JupyterLab: servers that take their path from NB_PREFIX.",
    )
    code_server: ImageGroup = Field(
        default=ImageGroup(default=NotebookServers.CODE_SERVER, standard=(NotebookServers.CODE_SERVER,)),
        description="VS Code: servers at the root path.",
    )
    rstudio: ImageGroup = Field(
        default=ImageGroup(default=NotebookServers.RSTUDIO, standard=(NotebookServers.RSTUDIO,)),
        description="RStudio: servers that take their path from a header.",
    )
    cpu: CpuSettings = Field(default=CpuSettings(), description="CPU.")
    memory: MemorySettings = Field(default=MemorySettings(), description="Memory.")
    gpus: GpuSettings = Field(default=GpuSettings(), description="GPUs.")
    workspace_volume: WorkspaceVolume | None = Field(
        default=WorkspaceVolume(), description="The volume of the home folder; null: none at first."
    )
    data_volumes: tuple[DataVolume, ...] = Field(
        default=(), description="More volumes that are there at first."
    )
    node_pools: tuple[str, ...] | None = Field(
        default=None,
        description="Node pools that people can choose under affinity and tolerations; null: every pool.",
    )
    affinity: AffinitySettings = Field(default=AffinitySettings(), description="Which nodes it runs on.")
    tolerations: TolerationGroupsSettings = Field(
        default=TolerationGroupsSettings(), description="Which taints it tolerates."
    )
    shared_memory: SharedMemorySettings = Field(default=SharedMemorySettings(), description="/dev/shm.")
    pod_defaults: PodDefaultsSettings = Field(default=PodDefaultsSettings(), description="PodDefaults.")

    @property
    def images(self) -> tuple[str, ...]:
        """Every image that the form offers."""
        groups = (self.jupyter, self.code_server, self.rstudio)
        return tuple(dict.fromkeys(image for group in groups for image in group.options))

    @model_validator(mode="after")
    def _volumes_have_names_of_their_own(self) -> Self:
        names = [volume.name or str(volume.existing_claim) for volume in self.data_volumes]
        if self.workspace_volume:
            names.append(self.workspace_volume.name)
        if twice := duplicates(names):
            raise ValueError(f"two volumes have the name '{twice[0]}'; allowed: a name of its own for each")
        return self
