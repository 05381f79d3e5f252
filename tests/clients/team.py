"""A team's namespace on a stack, and what the people who work in it do there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from components.components_settings import ComponentsSettings
from tests.clients.running import PROGRAMS, Ran, run
from tests.support.project import StackCopy

_STRICTLY = Path(__file__).with_name("strictly.py")
# The account of a team's notebooks (kubeflow/dashboard v2.0.0, profile_controller.go).
_EDITOR = "default-editor"
_RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True)
class Team:
    """A namespace on a stack, and a folder with the kubeconfig of its editor."""

    stack: StackCopy
    namespace: str
    folder: Path

    def run(self, python: Path, program: str, *arguments: str) -> Ran:
        """Run one of the programs as in a notebook of the team; what it creates is checked strictly."""
        return run(self.folder, python, _STRICTLY, PROGRAMS / f"{program}.py", *arguments)

    def get(self, kind: str, name: str) -> dict[str, Any]:
        """The spec of an object of the team as it is stored."""
        shown = self.stack.kubectl("get", kind, name, f"--namespace={self.namespace}", "--output=json")
        return json.loads(shown)["spec"]

    def names(self, kind: str) -> set[str]:
        """The names of the team's objects of a kind."""
        shown = self.stack.kubectl("get", kind, f"--namespace={self.namespace}", "--output=name")
        return {line.partition("/")[2] for line in shown.split()}

    def could_create(self, name: str, obj: Mapping[str, Any]) -> None:
        """Have the server say in a dry run that it would create an object in the namespace; it has to."""
        file = self.folder / f"{name}.json"
        named = {**obj, "metadata": {"name": name, "namespace": self.namespace}}
        file.write_text(json.dumps(named), encoding="utf-8")
        self.stack.kubectl("create", "--dry-run=server", "--validate=strict", f"--filename={file}")


def found_team(stack: StackCopy, namespace: str, folder: Path) -> Team:
    """Make a namespace as a team has it, with an editor, who may do what the platform lets editors do."""
    there = {"name": _EDITOR, "namespace": namespace}
    labels = ComponentsSettings().team_namespace_labels()
    objects: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": there},
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "RoleBinding",
            "metadata": there,
            "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": "kubeflow-edit"},
            "subjects": [{"kind": "ServiceAccount", **there}],
        },
    ]
    file = folder / "team.yaml"
    file.write_text(yaml.safe_dump_all(objects), encoding="utf-8")
    stack.kubectl("create", f"--filename={file}")
    config = yaml.safe_load(stack.outputs()["kubeconfig"])
    token = stack.kubectl("create", "token", _EDITOR, f"--namespace={namespace}").strip()
    config["users"][0]["user"] = {"token": token}
    config["contexts"][0]["context"]["namespace"] = namespace
    kubeconfig = folder / "kubeconfig"
    kubeconfig.touch(mode=0o600)
    kubeconfig.write_text(yaml.safe_dump(config), encoding="utf-8")
    return Team(stack, namespace, folder)


def trial(experiment: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    """What Katib makes of an experiment's template with these values of its parameters."""
    template = experiment["trialTemplate"]
    text = json.dumps(template["trialSpec"])
    for parameter in template["trialParameters"]:
        text = text.replace("${trialParameters." + parameter["name"] + "}", values[parameter["reference"]])
    assert "${" + "trialParameters" not in text
    return json.loads(text)
