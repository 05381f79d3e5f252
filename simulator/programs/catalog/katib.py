"""Katib: kubeflow/katib.

Left out: the web app, whose pages are built with parts of another repository; ENAS and the collector of
TensorFlow's events, which need TensorFlow; DARTS and population based training.
"""

from components.versions import Katib
from simulator.programs.model import MOUNT, GoPrograms, Image, PythonPackages

VERSION = "0.19.0"

# What its controller waits for, and what keeps the measurements.
NEEDS = ("cert_manager", "databases")

_MODULE = "github.com/kubeflow/katib"
# Where upstream's images keep their programs (cmd/*/v1beta1/Dockerfile of that release).
_APP = "/app"
_HOME = "/opt/katib"

PROGRAMS = GoPrograms(
    name="katib",
    version=VERSION,
    packages={
        "katib-controller": f"{_MODULE}/cmd/katib-controller/v1beta1",
        "katib-db-manager": f"{_MODULE}/cmd/db-manager/v1beta1",
        "file-metricscollector": f"{_MODULE}/cmd/metricscollector/v1beta1/file-metricscollector",
        "goptuna-suggestion": f"{_MODULE}/cmd/suggestion/goptuna/v1beta1",
    },
    trees={
        f"python/{folder}": f"{_MODULE}:{folder}"
        for folder in (
            "cmd/earlystopping",
            "cmd/suggestion",
            "pkg/apis/manager",
            "pkg/earlystopping",
            "pkg/suggestion",
        )
    },
)

# One set for all algorithms; python/katib-algorithms.in says which of upstream's pins it has.
PACKAGES = PythonPackages(
    name="katib-algorithms",
    version=VERSION,
    imports=("google.protobuf", "grpc", "hyperopt", "kubernetes", "optuna", "sklearn.preprocessing", "skopt"),
)


def _program(image: str, name: str) -> Image:
    return Image(
        image=image,
        sources=(PROGRAMS,),
        entrypoint=(f"./{name}",),
        links={f"{_APP}/{name}": f"{MOUNT}/katib/bin/{name}"},
        directory=_APP,
        user="0:0",
    )


def _algorithm(image: str, folder: str) -> Image:
    """A service in Python: `folder` is that of its main.py."""
    interfaces = f"{_HOME}/pkg/apis/manager"
    path = (
        f"{MOUNT}/katib-algorithms/site",
        _HOME,
        f"{interfaces}/v1beta1/python",
        f"{interfaces}/health/python",
    )
    return Image(
        image=image,
        sources=(PROGRAMS, PACKAGES),
        entrypoint=("python3", "main.py"),
        # Not the whole folder: a volume may be mounted in it.
        links={f"{_HOME}/{part}": f"{MOUNT}/katib/python/{part}" for part in ("cmd", "pkg")},
        environment={"PYTHONPATH": ":".join(path), "PYTHONUNBUFFERED": "1"},
        directory=f"{_HOME}/{folder}/v1beta1",
        user="0:0",
    )


IMAGES = (
    _program(Katib.CONTROLLER, "katib-controller"),
    _program(Katib.DATABASE_MANAGER, "katib-db-manager"),
    _program(Katib.FILE_COLLECTOR, "file-metricscollector"),
    _program(Katib.GOPTUNA, "goptuna-suggestion"),
    _algorithm(Katib.HYPEROPT, "cmd/suggestion/hyperopt"),
    _algorithm(Katib.OPTUNA, "cmd/suggestion/optuna"),
    _algorithm(Katib.HYPERBAND, "cmd/suggestion/hyperband"),
    _algorithm(Katib.SKOPT, "cmd/suggestion/skopt"),
    _algorithm(Katib.MEDIAN_STOP, "cmd/earlystopping/medianstop"),
)
