"""cert-manager: cert-manager/cert-manager, with its own chart."""

from components.versions import Charts
from simulator.programs.model import GoPrograms, Image

VERSION = "1.20.3"

_MODULE = "github.com/cert-manager/cert-manager"
_ARCHIVE = "charts/cert-manager.tgz"

# One program that acts as each of the four, by the name it is started by: see modules/cert-manager/main.go.
PROGRAM = GoPrograms(
    name="cert-manager",
    version=VERSION,
    packages={"cert-manager": f"{_MODULE}/slipway"},
    variables={f"{_MODULE}/pkg/util.AppVersion": f"v{VERSION}"},
    trees={_ARCHIVE: f"{_MODULE}:deploy/charts/cert-manager"},
)

CHARTS = {Charts.CERT_MANAGER: (PROGRAM, _ARCHIVE)}


def _stand_in(image: str) -> Image:
    """The image of a command, at the path where cert-manager's hack/containers puts it."""
    name = image.rpartition("/")[2].partition(":")[0].removeprefix("cert-manager-")
    path = f"/app/cmd/{name}/{name}"
    return Image(
        image=image,
        sources=(PROGRAM,),
        entrypoint=(path,),
        links={path: "/opt/slipway/cert-manager/bin/cert-manager"},
    )


IMAGES = tuple(_stand_in(image) for image in Charts.CERT_MANAGER.images)
