"""Trainer, kubeflow/trainer: its controller, and the images that its runtimes name.

The programs of runtimes are those for CPUs: elsewhere PyTorch, JAX and XGBoost bring gigabytes of CUDA's
libraries, and a live node has no GPU to use them. What fine-tunes with torchtune is left simulated: it
downloads a model and a dataset first, and pods have no way outside.
"""

import platform
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from components.versions import Trainer
from simulator.programs.catalog import mpi
from simulator.programs.model import MOUNT, DebianPackages, GoPrograms, Image, PythonPackages

CONTROLLER = GoPrograms(
    name="trainer",
    version="2.2.0",
    packages={"manager": "github.com/kubeflow/trainer/v2/cmd/trainer-controller-manager"},
)
# PyPI serves PyTorch for x86-64 with CUDA only, and without its libraries it cannot be imported.
TORCH = DebianPackages(name="torch", version="1.13.1", packages=("python3-torch",))
JAX = PythonPackages(name="jax", version="0.7.2", imports=("jax", "jax.experimental.multihost_utils"))
XGBOOST = PythonPackages(
    name="xgboost", version="3.0.2", imports=("sklearn.linear_model", "xgboost", "xgboost.tracker")
)
MLX = PythonPackages(name="mlx", version="0.30.6", imports=("mlx.core", "mpi4py", "numpy"))
MPI4PY = PythonPackages(name="mpi4py", version="4.1.1", imports=("mpi4py", "numpy"))

# The images of runtimes name no user: their programs run as root there, in what the container is confined to.
_ROOT = "0:0"
_WORK = "/workspace"
_SHELL = ("/bin/bash",)

# The distribution's packages are built for its own Python, which need not be the one that runs this project.
_PYTHON = f"""#!/bin/sh
for python in /usr/bin/python3 {MOUNT}/{TORCH.name}/usr/bin/python3; do
    [ -x "$python" ] && exec "$python" "$@"
done
"""
_LIBRARIES = f"{MOUNT}/{TORCH.name}/usr/lib/{platform.machine()}-linux-gnu"
_SCRIPTS = Path(__file__).parents[1] / "scripts"


def _shell(
    image: str, packages: PythonPackages, version: str, environment: Mapping[str, str] = MappingProxyType({})
) -> Image:
    """An image of Python packages, in which a runtime's command runs."""
    return Image(
        image=image,
        sources=(packages,),
        entrypoint=(),
        arguments=_SHELL,
        folders={_WORK: 0o755},
        user=_ROOT,
        environment=environment,
        directory=_WORK,
        version=version,
    )


IMAGES = (
    Image(
        image=Trainer.CONTROLLER,
        sources=(CONTROLLER,),
        entrypoint=("/manager",),
        links={"/manager": f"{MOUNT}/trainer/bin/manager"},
    ),
    Image(
        image=Trainer.TORCH,
        sources=(TORCH,),
        entrypoint=(),
        arguments=_SHELL,
        files={
            "/opt/bin/python": _PYTHON,
            "/opt/bin/python3": _PYTHON,
            "/opt/bin/torchrun": (_SCRIPTS / "torchrun").read_text(encoding="utf-8"),
        },
        folders={_WORK: 0o755},
        user=_ROOT,
        environment={
            "PATH": "/opt/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "PYTHONPATH": f"{MOUNT}/{TORCH.name}/usr/lib/python3/dist-packages",
            # The last two are chosen among alternatives where the packages are installed.
            "LD_LIBRARY_PATH": ":".join(
                [
                    _LIBRARIES,
                    f"{MOUNT}/{TORCH.name}/usr/lib",
                    f"{_LIBRARIES}/blas",
                    f"{_LIBRARIES}/lapack",
                ]
            ),
        },
        directory=_WORK,
        version=f"PyTorch {TORCH.version} for CPUs",
    ),
    _shell(Trainer.JAX, JAX, f"JAX {JAX.version} for CPUs", {"JAX_PLATFORMS": "cpu"}),
    _shell(Trainer.XGBOOST, XGBOOST, f"XGBoost {XGBOOST.version} for CPUs"),
    mpi.image(Trainer.MLX, MLX, f"MLX {MLX.version} for CPUs, Open MPI {mpi.OPEN_MPI.version}"),
    mpi.image(Trainer.DEEPSPEED, MPI4PY, f"mpi4py {MPI4PY.version} without DeepSpeed"),
)
