"""Copies of the project whose stacks are on clouds, which test plugins answer for.

    with clouds({"aws-prod": "config: ..."}) as copy:
        stack = copy.stack("aws-prod")
        stack.init()
        assert stack.up().status == 0
        assert stack.down().status == 0
        assert not copy.account.alive()

As a user would: state in a backend of one's own, secrets behind a passphrase, the clouds' programs on PATH.
"""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from simulator.kubernetes.charts import UNRENDERED
from tests.clouds import programs
from tests.clouds.account import ROOT as ACCOUNT
from tests.clouds.account import Account
from tests.support.project import ProjectCopy, StackCopy, project


@dataclass(frozen=True)
class CloudProject(ProjectCopy):
    """A copy of the project with accounts of the clouds that belong to it alone.

    Without `checkpoints` a state is saved once, at the end of a run: half of a large stack's time goes into
    saving it anew with each step.
    """

    checkpoints: bool = True

    @property
    def account(self) -> Account:
        """What there is in the clouds."""
        return Account(self.home / "clouds")

    @property
    def backend(self) -> Path:
        """Where the states lie."""
        return self.root / "backend"

    def stack(self, name: str = "aws-dev") -> "CloudStack":
        """One of its stacks."""
        return CloudStack(self, name)

    def environment(self) -> dict[str, str]:
        """The environment of a user who has logged in to a backend and to the clouds."""
        inherited = super().environment()
        path = os.pathsep.join([str(self.root / "programs"), inherited.get("PATH", os.defpath)])
        saving: dict[str, str] = {} if self.checkpoints else {"PULUMI_SKIP_CHECKPOINTS": "true"}
        return (
            inherited
            | saving
            | {
                "PATH": path,
                "PULUMI_BACKEND_URL": f"file://{self.backend}",
                "PULUMI_CONFIG_PASSPHRASE": "correct horse",
                "PULUMI_HOME": str(self.root / "pulumi"),
                ACCOUNT: str(self.account.root),
                UNRENDERED: "true",
            }
        )


@dataclass(frozen=True)
class CloudStack(StackCopy):
    """One stack of a copy, and the commands on it."""

    @property
    def account(self) -> Account:
        """What there is in the clouds."""
        assert isinstance(self.project, CloudProject)
        return self.project.account

    @property
    def state(self) -> Path:
        """The file of its state."""
        assert isinstance(self.project, CloudProject)
        return self.project.backend / ".pulumi" / "stacks" / "slipway" / f"{self.name}.json"

    def init(self) -> None:
        """Make the stack, its secrets behind the passphrase, with that of the login where it asks for one."""
        done = self.pulumi("stack", "init", "--secrets-provider", "passphrase")
        assert done.status == 0, done.output
        file = self.project.root / "stacks" / f"Pulumi.{self.name}.yaml"
        if "provider: oidc" in file.read_text():
            given = token_hex(16)
            done = self.pulumi("config", "set", "--secret", "slipway:secret-client-secret", given)
            assert done.status == 0, done.output

    def kubectl(self, *arguments: str) -> str:
        """What kubectl prints, asked with the kubeconfig that the stack gives. Raises AssertionError."""
        kubeconfig = self.project.root / f"{self.name}.kubeconfig"
        kubeconfig.write_text(self.outputs()["kubeconfig"])
        return super().kubectl(f"--kubeconfig={kubeconfig}", *arguments)

    def unprotect(self) -> None:
        """Write into the stack's file that it may be deleted, as a user has to before `up` and `down`."""
        file = self.project.root / "stacks" / f"Pulumi.{self.name}.yaml"
        paths = ["cluster.deletionProtection"]
        if "slipway:data" in file.read_text():
            paths += ["data.database.deletionProtection", "data.objectStore.deletionProtection"]
        for path in paths:
            done = self.pulumi("config", "set", "--path", f"slipway:{path}", "false")
            assert done.status == 0, done.output
        assert "deletionProtection: false" in file.read_text()


@contextmanager
def clouds(
    stacks: Mapping[str, str | Mapping[str, Any]], program: str | None = None, *, checkpoints: bool = True
) -> Generator[CloudProject]:
    """A copy of the project with these stack files, by name, and all of it removed at the end.

    `program` takes the place of the project's own `stacks/__main__.py`.
    """
    with project(stacks, program) as plain:
        copy = CloudProject(plain.root, checkpoints)
        programs.install(copy.root / "programs")
        copy.backend.mkdir()
        yield copy
