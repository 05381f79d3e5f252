"""Where the local stacks keep their state, their clusters and the records of their runs."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from simulator.driver.errors import DriverError
from simulator.driver.project import Stack, home_of


@dataclass(frozen=True)
class Home:
    """The files of one stack below `root`, which all local stacks of a project share.

    The passphrase of local stacks is empty, so their state protects nothing beyond this machine: the folder
    can be read by its owner only.
    """

    root: Path
    stack: Stack

    @classmethod
    def of(cls, stack: Stack) -> Home:
        """The files of `stack`."""
        return cls(home_of(stack.project), stack)

    @property
    def state(self) -> Path:
        """Pulumi's file backend."""
        return self.root / "state"

    @property
    def backend_url(self) -> str:
        """What PULUMI_BACKEND_URL has to be.

        Without `metadata=skip` the backend writes a second file beside each, and not atomically: a run that
        is killed between the two leaves a state that cannot be read.
        """
        return f"file://{quote(str(self.state))}?metadata=skip"

    @property
    def pulumi(self) -> Path:
        """PULUMI_HOME: plugins and the like, apart from the user's own."""
        return self.root / "pulumi"

    @property
    def cluster(self) -> Path:
        """The folder of the stack's simulated cluster."""
        return self.root / "clusters" / self.stack.name

    @property
    def kubeconfig(self) -> Path:
        """The kubeconfig of the stack's cluster, which the cluster keeps among its files."""
        return self.cluster / "kubeconfig.yaml"

    @property
    def record(self) -> Path:
        """What is remembered about the stack's last run."""
        return self.root / "runs" / f"{self.stack.name}.json"

    @property
    def lock(self) -> Path:
        """Held by the driver while it works on the stack."""
        return self.root / "runs" / f"{self.stack.name}.lock"

    @property
    def mark(self) -> str:
        """The value of SLIPWAY_RUN by which the processes of the stack's runs are found."""
        return f"{self.root}:{self.stack.name}"

    def create(self) -> None:
        """Make the folders."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.root.chmod(0o700)
            for directory in (self.state, self.pulumi, self.record.parent):
                directory.mkdir(exist_ok=True)
            self._share_plugins()
            self._keep_no_debug_log()
        except OSError as error:
            raise DriverError(
                f"{self.root} cannot be written: {error}. Set SLIPWAY_HOME to a folder that can"
            ) from error

    def _share_plugins(self) -> None:
        """Let Pulumi find the plugins that the user has, and put new ones beside them."""
        base = os.environ.get("PULUMI_HOME")
        plugins = (Path(base).expanduser() if base else Path.home() / ".pulumi") / "plugins"
        # In a shell that `make env` set up, PULUMI_HOME is this very folder.
        if plugins.is_relative_to(self.root):
            plugins = Path.home() / ".pulumi" / "plugins"
        plugins.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            (self.pulumi / "plugins").symlink_to(plugins)

    def _keep_no_debug_log(self) -> None:
        """Put a file where Pulumi would make the folder of its debug logs.

        Since 3.230 each command writes all that it does, every value of every resource, into an encrypted
        file below PULUMI_HOME, which no setting turns off (pkg/logging, StartLogging); where it cannot, it
        goes on without. For 500 objects that is a third of the engine's work in a preview. `--logtostderr -v`
        still tells all of it.
        """
        with suppress(FileExistsError):
            (self.pulumi / "logs").touch(exist_ok=False)

    def stacks(self) -> set[str]:
        """The names of all stacks that have a state or a cluster here."""
        states = (self.state / ".pulumi" / "stacks" / self.stack.project.name).glob("*.json*")
        clusters = (self.root / "clusters").glob("*")
        return {file.name.partition(".json")[0] for file in states if _is_state(file)} | {
            directory.name for directory in clusters
        }

    def remove(self) -> None:
        """Remove what belongs to the stack, and everything with the last of them."""
        project = self.stack.project.name
        shutil.rmtree(self.cluster, ignore_errors=True)
        for kind in ("backups", "history"):
            shutil.rmtree(self.state / ".pulumi" / kind / project / self.stack.name, ignore_errors=True)
        shutil.rmtree(self.state / ".pulumi" / "locks" / self.stack.qualified_name, ignore_errors=True)
        for file in self.files():
            file.unlink(missing_ok=True)
        if not self.stacks():
            shutil.rmtree(self.root, ignore_errors=True)

    def files(self) -> list[Path]:
        """Every file that belongs to this stack and to no other."""
        project, name = self.stack.project.name, self.stack.name
        pulumi = self.state / ".pulumi"
        found = [self.record, self.lock]
        stem = pulumi / "stacks" / project
        found += [file for file in stem.glob(f"{name}.json*") if file.name.partition(".json")[0] == name]
        for folder in (
            pulumi / "backups" / project / name,
            pulumi / "history" / project / name,
            pulumi / "locks" / self.stack.qualified_name,
            self.cluster,
        ):
            found += [file for file in folder.rglob("*") if not file.is_dir() or file.is_symlink()]
        found += (self.pulumi / "logs").glob(f"*+{project}+{name}-*")
        return sorted(file for file in found if file.is_symlink() or file.exists())


def _is_state(file: Path) -> bool:
    return not file.name.endswith((".bak", ".tmp"))
