"""A small Pulumi project on the real engine, with the plugin as the engine finds it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator import tools
from tests.kubernetes_plugin.plugin import environment

_HEAD = """
import json, os
import pulumi
import pulumi_kubernetes as k8s

given = json.loads(os.environ["GIVEN"])
"""


@dataclass
class Project:
    """A project in a folder of its own, with one stack and a home of its own.

    `given` is handed to the program, which finds it under that name.
    """

    folder: Path
    given: dict[str, Any]

    def write(self, program: str) -> None:
        """Write the program and make the stack."""
        (self.folder / "home").mkdir(parents=True)
        (self.folder / "Pulumi.yaml").write_text("name: small\nruntime: python\n")
        (self.folder / "__main__.py").write_text(_HEAD + program)
        self.run("stack", "init", "test")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the command line, in a process group of its own."""
        programs = tools.ensure(names=["pulumi"]).directory
        environ = environment(
            PULUMI_HOME=str(self.folder / "home"),
            PULUMI_BACKEND_URL=f"file://{self.folder / 'home'}",
            PULUMI_CONFIG_PASSPHRASE="test",
            PULUMI_SKIP_UPDATE_CHECK="true",
            GIVEN=json.dumps(self.given),
        )
        environ["PATH"] = os.pathsep.join([environ["PATH"], str(programs)])
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, fails: bool = False) -> str:
        """Run the command line and return what it prints; it must end as is expected."""
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=120)
        assert (process.returncode != 0) == fails, output
        return output

    def up(self, *, fails: bool = False) -> str:
        return self.run("up", "--yes", "--skip-preview", fails=fails)

    def changes(self) -> dict[str, int]:
        """What a preview would do, by kind, without what stays the same."""
        output = self.run("preview", "--json")
        summary: dict[str, int] = json.loads(output[output.index("{") :])["changeSummary"]
        return {kind: count for kind, count in summary.items() if kind != "same"}

    @property
    def exported(self) -> dict[str, Any]:
        """What `pulumi stack export` prints."""
        return json.loads(self.run("stack", "export"))

    @property
    def state(self) -> str:
        """The file of the stack's state."""
        return (self.folder / "home/.pulumi/stacks/small/test.json").read_text()

    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources in the state by name."""
        latest: dict[str, Any] = json.loads(self.state)["checkpoint"]["latest"] or {}
        found: list[dict[str, Any]] = latest.get("resources") or []
        return {resource["urn"].rpartition("::")[2]: resource for resource in found}
