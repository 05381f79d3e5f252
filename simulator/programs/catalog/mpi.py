"""Open MPI and SSH, for images whose pods start each other's processes by `mpirun`.

They keep to the conventions of kubeflow/mpi-operator v0.8.0, build/base, on which Trainer's own images stand:
an unprivileged `sshd` with a configuration of its own, the same key for host and user, mounted in `~/.ssh`.
"""

import platform

from simulator.programs.model import MOUNT, DebianPackages, Image, PythonPackages

OPEN_MPI = DebianPackages(
    name="openmpi",
    version="4.1.4",
    # What is linked to below is named, for what the machine has installed is not unpacked again.
    packages=(
        "libopenmpi3",
        "libpmix2",
        "openmpi-bin",
        "openmpi-common",
        "openssh-client",
        "openssh-server",
    ),
)
_USER, _HOME, _PORT = 1000, "/home/mpiuser", 2222
_LIBRARIES = f"usr/lib/{platform.machine()}-linux-gnu"

# Where the programs look for each other and for their modules.
_LINKS = {
    "/usr/sbin/sshd": "usr/sbin/sshd",
    "/usr/bin/ssh": "usr/bin/ssh",
    "/usr/bin/mpirun": "usr/bin/orterun",
    "/usr/bin/mpiexec": "usr/bin/orterun",
    "/usr/bin/orted": "usr/bin/orted",
    "/usr/bin/ompi_info": "usr/bin/ompi_info",
    "/usr/share/openmpi": "usr/share/openmpi",
    f"/{_LIBRARIES}/openmpi": f"{_LIBRARIES}/openmpi",
    f"/{_LIBRARIES}/pmix2": f"{_LIBRARIES}/pmix2",
}
_SSH = f"""Host *
    Port {_PORT}
    StrictHostKeyChecking no
    UserKnownHostsFile /dev/null
    LogLevel ERROR
"""
# Pods of a live node have no other network than TCP, may not read each other's memory, and share few cores.
_PARAMETERS = """pml = ob1
btl = self,vader,tcp
btl_vader_single_copy_mechanism = none
mpi_yield_when_idle = 1
mca_base_component_show_load_errors = 0
"""


def image(name: str, packages: PythonPackages, version: str) -> Image:
    """Return an image of Trainer's with MPI, with Python packages for its programs."""
    site = f"{MOUNT}/{packages.name}/site"
    environment = {
        "PATH": f"{site}/bin:{MOUNT}/python/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LD_LIBRARY_PATH": f"{MOUNT}/{OPEN_MPI.name}/{_LIBRARIES}:{MOUNT}/{OPEN_MPI.name}/usr/lib",
        "PYTHONPATH": site,
        # The plain name is that of a package for developers.
        "MLX_MPI_LIBNAME": "libmpi.so.40",
        "PMIX_MCA_pcompress_base_silence_warning": "1",
    }
    return Image(
        image=name,
        sources=(packages, OPEN_MPI),
        entrypoint=(),
        arguments=("/bin/bash",),
        links={path: f"{MOUNT}/{OPEN_MPI.name}/{target}" for path, target in _LINKS.items()},
        files={
            f"{_HOME}/.sshd_config": _sshd(environment),
            "/etc/ssh/ssh_config": _SSH,
            "/etc/openmpi/openmpi-mca-params.conf": _PARAMETERS,
            "/etc/passwd": f"root:x:0:0:root:/root:/bin/sh\nmpiuser:x:{_USER}:{_USER}::{_HOME}:/bin/sh\n",
            "/etc/group": f"root:x:0:\nmpiuser:x:{_USER}:\n",
        },
        folders={_HOME: 0o777},
        user="0:0",
        environment={**environment, "HOME": _HOME},
        directory=_HOME,
        version=version,
    )


def _sshd(environment: dict[str, str]) -> str:
    """Configure sshd, whose shells have of the container's environment only what they are told."""
    told = " ".join(f"{name}={value}" for name, value in environment.items())
    return f"""PidFile {_HOME}/sshd.pid
HostKey {_HOME}/.ssh/id_rsa
StrictModes no
Port {_PORT}
SetEnv {told}
"""
