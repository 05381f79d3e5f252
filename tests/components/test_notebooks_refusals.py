"""Settings of notebooks that cannot work are refused, with the key, what was found and what is allowed."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from components.platform_settings import platform_settings
from components.settings_base import SettingsError
from tests.support.render import MINIMAL, render


def refusal(notebooks: Mapping[str, Any]) -> str:
    """The error of a stack with these settings, wherever on the way to the first object it is raised."""
    with pytest.raises(SettingsError) as refused:
        render(MINIMAL, notebooks=notebooks)
    return str(refused.value)


LAB = "registry.example.com/lab"

WRONG_FORMS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "an image without a tag": ({"jupyter": {"additional": [LAB]}}, ("jupyter.additional[0]", LAB, "no tag")),
    "an image that moves": (
        {"codeServer": {"additional": [f"{LAB}:latest"]}},
        ("codeServer.additional[0]", "'latest'", "digest"),
    ),
    "a default image that is not offered": (
        {"jupyter": {"default": f"{LAB}:1"}},
        ("spawner.jupyter", f"{LAB}:1", "allowed", "jupyter-scipy"),
    ),
    "an image twice": ({"rstudio": {"additional": [f"{LAB}:1", f"{LAB}:1"]}}, ("rstudio", "listed twice")),
    "no image for JupyterLab": ({"jupyter": {"standard": []}}, ("spawner.jupyter", "at least one")),
    "a limit below its request": (
        {"cpu": {"value": "240m", "limitFactor": 1}},
        ("spawner.cpu", "0.2", "below the request"),
    ),
    "a factor below one": ({"memory": {"limitFactor": 0.5}}, ("memory.limitFactor", "0.5", "at least 1")),
    "memory that is no quantity": ({"memory": {"value": "lots"}}, ("memory.value", "'lots'", "5Gi")),
    "CPU finer than a millicore": ({"cpu": {"value": "0.0005"}}, ("cpu.value", "0.0005")),
    "a number of GPUs that the form lacks": ({"gpus": {"count": 3}}, ("gpus.count", "found 3", "8")),
    "a vendor's key that is no resource": (
        {"gpus": {"vendors": [{"limitsKey": "nvidia", "displayName": "NVIDIA"}]}},
        ("gpus.vendors[0].limitsKey", "'nvidia'"),
    ),
    "a vendor twice": (
        {"gpus": {"vendors": [{"limitsKey": "a.b/c", "displayName": "A"}] * 2}},
        ("spawner.gpus", "a.b/c", "listed twice"),
    ),
    "a vendor that no pool has": (
        {"gpus": {"vendor": "amd.com/gpu"}},
        ("spawner.gpus.vendor", "amd.com/gpu", "nvidia.com/gpu"),
    ),
    "GPUs of nobody": ({"gpus": {"vendors": [], "count": 1}}, ("spawner.gpus.count", "without a vendor")),
    "a node pool that does not exist": (
        {"nodePools": ["gpus"]},
        ("spawner.nodePools", "'gpus'", "system, gpu"),
    ),
    "an affinity that does not exist": (
        {"affinity": {"default": "fast"}},
        ("spawner.affinity.default", "'fast'", "system, gpu"),
    ),
    "tolerations that do not exist": (
        {"tolerations": {"default": "system"}},
        ("spawner.tolerations.default", "'system'"),
    ),
    "an affinity called like a node pool": (
        {"affinity": {"options": [{"key": "gpu", "displayName": "x", "onePerNode": True}]}},
        ("spawner.affinity", "'gpu'", "node pool"),
    ),
    "an affinity that says nothing": (
        {"affinity": {"options": [{"key": "x", "displayName": "x"}]}},
        ("affinity.options[0]", "nodeLabels"),
    ),
    "an affinity that Kubernetes does not know": (
        {"affinity": {"options": [{"key": "x", "displayName": "x", "affinity": {"nodeAffinty": {}}}]}},
        ("affinity.options[0]", "'nodeAffinty'", "podAntiAffinity"),
    ),
    "a rule of an affinity that Kubernetes does not know": (
        {
            "affinity": {
                "options": [{"key": "x", "displayName": "x", "affinity": {"nodeAffinity": {"must": 1}}}]
            }
        },
        ("affinity.options[0]", "requiredDuringSchedulingIgnoredDuringExecution"),
    ),
    "a group that tolerates nothing": (
        {"tolerations": {"groups": [{"key": "x", "displayName": "x", "tolerations": []}]}},
        ("tolerations.groups[0].tolerations",),
    ),
    "a claim that the second notebook would find taken": (
        {"workspaceVolume": {"name": "workspace"}},
        ("workspaceVolume.name", "'workspace'", "{notebook-name}"),
    ),
    "a claim whose name Kubernetes refuses": (
        {"workspaceVolume": {"name": "{notebook-name}_x"}},
        ("workspaceVolume.name", "'{notebook-name}_x'"),
    ),
    "a size that the form would round": (
        {"workspaceVolume": {"size": "1500Mi"}},
        ("workspaceVolume.size", "'1500Mi'", "whole"),
    ),
    "an access mode that the form lacks": (
        {"workspaceVolume": {"accessMode": "ReadWriteOncePod"}},
        ("workspaceVolume.accessMode", "ReadWriteMany"),
    ),
    "a mount point that is none": (
        {"workspaceVolume": {"mount": "home"}},
        ("workspaceVolume.mount", "'home'", "absolute"),
    ),
    "a read-only workspace, with which the web app refuses every notebook": (
        {"workspaceVolume": {"readOnly": True}},
        ("workspaceVolume.readOnly", "unknown key"),
    ),
    "a data volume from nowhere": ({"dataVolumes": [{"size": "5Gi"}]}, ("dataVolumes[0]", "existingClaim")),
    "a data volume from two places": (
        {"dataVolumes": [{"name": "{notebook-name}-d", "existingClaim": "d"}]},
        ("dataVolumes[0]", "not both"),
    ),
    "two volumes of one name": (
        {"dataVolumes": [{"name": "{notebook-name}-workspace"}]},
        ("spawner", "'{notebook-name}-workspace'"),
    ),
    "a label that is none": (
        {"podDefaults": {"labels": ["access ml pipeline"]}},
        ("podDefaults.labels[0]", "'access ml pipeline'"),
    ),
    "a misspelt field": ({"hideTags": True}, ("spawner.hideTags", "Did you mean 'hideTag'?")),
}


@pytest.mark.parametrize("what", WRONG_FORMS)
def test_a_form_is_refused_with(what: str) -> None:
    given, says = WRONG_FORMS[what]
    error = refusal({"spawner": given})
    for words in ("components.notebooks.spawner", *says):
        assert words in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"culling": {"idleTime": "90"}}, ("culling.idleTime", "'90'", "90m, 24h, 7d")),
        ({"culling": {"idleTime": "30s"}}, ("culling.idleTime", "'30s'")),
        ({"culling": {"idleTime": "0m"}}, ("culling.idleTime", "'0m'")),
        (
            {"culling": {"idleTime": "5m", "checkPeriod": "1h"}},
            ("notebooks.culling", "'1h'", "at most idleTime"),
        ),
        # The controller's flag knows no such level: it would end with an error at its start.
        ({"controller": {"logLevel": "warn"}}, ("controller.logLevel", "'warn'", "debug")),
        ({"controller": {"apiBurst": -1}}, ("controller.apiBurst", "-1", "at least 0")),
    ],
)
def test_other_settings_are_refused(given: dict[str, Any], says: tuple[str, ...]) -> None:
    error = refusal(given)
    for words in says:
        assert words in error


def test_notebooks_that_are_off_are_not_held_against_the_node_pools() -> None:
    off = {"enabled": False, "spawner": {"nodePools": ["none-such"]}}
    rendered = render(MINIMAL, notebooks=off)
    assert not any("notebook" in name for name in rendered.names("Deployment"))


def test_the_same_settings_are_taken_where_the_pool_exists() -> None:
    given = {**yaml.safe_load(MINIMAL), "components": {"notebooks": {"spawner": {"nodePools": ["gpu"]}}}}
    assert platform_settings(given).components.notebooks.spawner.node_pools == ("gpu",)
