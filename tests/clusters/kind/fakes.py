"""Programs that answer for Docker and kind, and keep what they were asked in files beside them."""

import json
from pathlib import Path

_DOCKER = """#!/bin/sh
echo "docker $*" >>"{here}/asked"
[ -e "{here}/silent" ] && {{ echo "Cannot connect to the Docker daemon" >&2; exit 1; }}
case "$1 $2" in
    "info --format") echo '"runc"' ;;
    "exec -i") cat >>"{here}/written" ;;
esac
"""

_KIND = """#!/bin/sh
echo "kind $* with $KIND_EXPERIMENTAL_PROVIDER" >>"{here}/asked"
case "$1 $2" in
    "create cluster")
        cat >"{here}/configuration"
        [ -e "{here}/broken" ] && {{ echo "ERROR: failed to create cluster: port is taken" >&2; exit 1; }}
        touch "{here}/cluster" ;;
    "delete cluster") rm -f "{here}/cluster" ;;
    "get clusters") [ -e "{here}/cluster" ] && cat "{here}/name" || echo "No kind clusters found." >&2 ;;
    "get nodes") echo "slipway-kind-control-plane slipway-kind-worker" ;;
    "get kubeconfig") cat "{here}/kubeconfig" ;;
esac
exit 0
"""


class Programs:
    """A folder with both programs, to be put first on PATH."""

    def __init__(self, directory: Path, *, name: str = "slipway-kind", kubeconfig: str = "{}") -> None:
        self.directory = directory
        for program, text in (("docker", _DOCKER), ("kind", _KIND)):
            file = directory / program
            file.write_text(text.format(here=directory))
            file.chmod(0o755)
        (directory / "name").write_text(name)
        (directory / "kubeconfig").write_text(kubeconfig)

    @property
    def asked(self) -> list[str]:
        """What they were asked, a line each."""
        file = self.directory / "asked"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def written(self) -> str:
        """What was written into nodes."""
        return (self.directory / "written").read_text()

    @property
    def configuration(self) -> str:
        """What kind was given."""
        return (self.directory / "configuration").read_text()

    def mark(self, what: str) -> None:
        """`silent`: no daemon answers; `broken`: a cluster cannot be made; `cluster`: there is one."""
        (self.directory / what).touch()

    @property
    def has_cluster(self) -> bool:
        """Whether a cluster is there."""
        return (self.directory / "cluster").exists()


def limits(directory: Path, **values: int) -> Path:
    """A folder like /proc/sys with the kernel's limits."""
    for name, value in values.items():
        file = directory / "fs" / "inotify" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value))
    return directory
