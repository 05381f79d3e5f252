"""The API server admits every pod of the platform to its namespace, under the standard enforced there.

Each pod template is created by server-side dry run, so that nothing runs; a template that another program
makes pods of is tried in a namespace like those that the profile controller labels.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, cast

import pytest
import yaml

from tests.audit.conftest import TEAM
from tests.audit.server import Answer, Server
from tests.support.cluster import TestCluster
from tests.support.everything import everything
from tests.support.pipelines import by_default as pipelines_with_teams
from tests.support.pods import Pod, described, workloads

pytestmark = pytest.mark.engine

ENFORCED = "pod-security.kubernetes.io/enforce"
_CHOICE = re.compile(r"\{\{ *if [^}]*\}\}(\w+)\{\{ *else *\}\}\w+\{\{ *end *\}\}")


def dry_run(server: Server, namespace: str, spec: Mapping[str, Any], *, validation: str = "Strict") -> Answer:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "audit-"}, "spec": spec}
    query = f"dryRun=All&fieldValidation={validation}"
    return server.create(f"/api/v1/namespaces/{namespace}/pods?{query}", cast("dict[str, Any]", _whole(pod)))


def _whole(value: object) -> object:
    """A value with whole numbers as such: the mocks make floats of all."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: _whole(one) for key, one in cast("dict[str, object]", value).items()}
        case list():
            return [_whole(one) for one in cast("list[object]", value)]
        case _:
            return value


@cache
def own() -> tuple[Pod, ...]:
    """The pods of the platform's own workloads."""
    return tuple(workloads(everything().objects))


@cache
def team_standard() -> str:
    """The standard that the profile controller sets on the namespace of a team."""
    labels = everything().get("ConfigMap", "profiles-namespace-labels-data")["data"]["namespace-labels.yaml"]
    return yaml.safe_load(labels)[ENFORCED]


def of_teams() -> Iterator[Pod]:
    """What the platform declares, or has other programs make, in the namespaces of teams."""
    yield from (pod for pod in workloads(pipelines_with_teams().objects) if pod.namespace.startswith("team-"))
    yield from described(everything().objects).pods


def as_pod(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A template as a pod: with what its program would put in, under the account that every namespace has.

    That is the image and name of a container, volumes that are mounted by name only (claims of a job set or
    a viewer), and what KServe decides in a template of Go: whether probes use TLS.
    """
    here = yaml.safe_load(_CHOICE.sub(r"\1", yaml.safe_dump(_whole(dict(spec)))))
    for key in ("name", "size", "serviceAccountName"):
        here.pop(key, None)
    mounted: set[str] = set()
    for group in ("initContainers", "containers"):
        for number, container in enumerate(here.get(group, [])):
            container.setdefault("name", f"container-{number}")
            container.setdefault("image", "example.com/image:1")
            mounted |= {one["name"] for one in container.get("volumeMounts", [])}
    missing = mounted - {one["name"] for one in here.get("volumes", [])}
    here["volumes"] = [*here.get("volumes", []), *({"name": one, "emptyDir": {}} for one in sorted(missing))]
    return here


@pytest.fixture(scope="module")
def team(server: Server, audited: TestCluster) -> str:
    """A namespace with the standard of teams."""
    audited.kubectl("label", "namespace", TEAM, f"{ENFORCED}={team_standard()}")
    return TEAM


def test_each_namespace_with_pods_enforces_a_standard(audited: TestCluster) -> None:
    standards = {
        name: audited.get("namespace", name)["metadata"]["labels"].get(ENFORCED)
        for name in {pod.namespace for pod in own()}
    }
    assert {name for name, standard in standards.items() if standard != "restricted"} == {
        "kserve-localmodel-jobs"
    }
    assert all(standards.values()), standards


def test_every_pod_of_the_platform_is_admitted_without_a_warning(server: Server) -> None:
    answers = {pod.name: dry_run(server, pod.namespace, pod.spec) for pod in own()}
    assert len(answers) > 35
    refused = {name: answer for name, answer in answers.items() if answer.status != 201 or answer.warnings}
    assert not refused


def test_every_pod_that_is_made_for_a_team_is_admitted_without_a_warning(server: Server, team: str) -> None:
    answers = {pod.name: dry_run(server, team, as_pod(pod.spec), validation="Ignore") for pod in of_teams()}
    assert len(answers) > 30
    refused = {name: answer for name, answer in answers.items() if answer.status != 201 or answer.warnings}
    assert not refused


def _first(spec: dict[str, Any]) -> dict[str, Any]:
    return spec["containers"][0]


WEAKER: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "privileged": lambda spec: _first(spec)["securityContext"].update(
        privileged=True, allowPrivilegeEscalation=True
    ),
    "host path": lambda spec: spec["volumes"].append({"name": "node", "hostPath": {"path": "/"}}),
    "host network": lambda spec: spec.update(hostNetwork=True),
}


@pytest.mark.parametrize("weaker", WEAKER)
@pytest.mark.parametrize("where", ["kubeflow", TEAM])
def test_a_weaker_pod_is_refused_by_the_api_server(
    server: Server, team: str, where: str, weaker: str
) -> None:
    (pod,) = [one for one in own() if one.name == "kubeflow/Deployment/katib-controller"]
    spec = as_pod(pod.spec)
    assert dry_run(server, where, spec).status == 201
    WEAKER[weaker](spec)
    answer = dry_run(server, where, spec)
    assert answer.status == 403
    assert "violates PodSecurity" in json.dumps(answer.body)


def test_a_misspelt_field_of_a_pod_is_refused(server: Server) -> None:
    spec = {**own()[0].spec, "volumez": "none"}
    answer = dry_run(server, own()[0].namespace, spec)
    assert answer.status == 400
    assert "volumez" in answer.body["message"]
