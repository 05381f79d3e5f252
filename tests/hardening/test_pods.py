"""Every pod of the platform keeps every rule of hardening, or is a named exception with its reason."""

import copy
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.hardening.bindings import Bound
from tests.hardening.rules import RULES, Finding, described_findings, workload_findings
from tests.support.everything import everything, options_left_off
from tests.support.pipelines import by_default as pipelines_with_teams
from tests.support.pods import Object, described, workloads

EXCEPTIONS: Sequence[Mapping[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("exceptions.yaml").read_text(encoding="utf-8")
)


@cache
def platform() -> tuple[Object, ...]:
    """All that a stack can have, and what pipelines declare in the namespaces of teams."""
    teams = [
        one
        for one in pipelines_with_teams().objects
        if one["metadata"].get("namespace", "").startswith("team-")
    ]
    return (*everything().objects, *teams)


def found(objects: Sequence[Object]) -> set[Finding]:
    namespaces = {one["metadata"]["name"]: one for one in objects if one["kind"] == "Namespace"}
    return {
        *workload_findings(workloads(objects), Bound.of(objects), namespaces),
        *described_findings(described(objects)),
    }


def excepted(finding: Finding, entry: Mapping[str, Any]) -> bool:
    return finding.rule in entry["rules"] and fnmatchcase(finding.of, entry["of"])


def test_every_option_that_may_add_a_pod_is_on_here() -> None:
    assert options_left_off() == []


def test_every_pod_keeps_every_rule_or_is_an_exception() -> None:
    short = [
        f"{one.rule}: {one.of}"
        for one in sorted(found(platform()))
        if not any(excepted(one, entry) for entry in EXCEPTIONS)
    ]
    assert not short, "\n".join(["without an exception:", *short])


def test_every_exception_is_still_needed() -> None:
    here = found(platform())
    stale = [
        f"{entry['of']}: {rule}"
        for entry in EXCEPTIONS
        for rule in entry["rules"]
        if not any(one.rule == rule and fnmatchcase(one.of, entry["of"]) for one in here)
    ]
    assert not stale, "\n".join(["no longer needed:", *stale])


def test_every_exception_names_rules_that_exist_and_its_reason() -> None:
    for entry in EXCEPTIONS:
        assert set(entry) == {"of", "rules", "reason"}
        assert set(entry["rules"]) <= RULES, entry
        assert len(entry["reason"]) > 40, entry


def test_the_list_of_rules_in_the_docs_is_the_one_that_is_tested() -> None:
    page = (Path(__file__).parents[2] / "docs" / "hardening.md").read_text(encoding="utf-8")
    listed = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert listed == RULES


def _container(spec: dict[str, Any]) -> dict[str, Any]:
    return spec["containers"][0]


def _weaker(key: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(spec: dict[str, Any]) -> None:
        _container(spec)["securityContext"][key] = value

    return change


def _without(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(spec: dict[str, Any]) -> None:
        there = _container(spec)
        for key in path[:-1]:
            there = there[key]
        del there[path[-1]]

    return change


def _with(key: str, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda spec: spec.update({key: value})


ALTERED: Mapping[str, tuple[str, Callable[[dict[str, Any]], None]]] = {
    "no word of root": ("non-root", _weaker("runAsNonRoot", False)),
    "root by number": ("non-root", _weaker("runAsUser", 0)),
    "no seccomp": ("seccomp", _weaker("seccompProfile", {"type": "Unconfined"})),
    "escalation": ("escalation", _weaker("allowPrivilegeEscalation", True)),
    "privileged": ("privileged", _weaker("privileged", True)),
    "a capability": ("privileged", _weaker("capabilities", {"drop": ["ALL"], "add": ["NET_RAW"]})),
    "capabilities kept": ("capabilities", _weaker("capabilities", {"drop": ["NET_RAW"]})),
    "a writable root": ("read-only-root", _weaker("readOnlyRootFilesystem", False)),
    "no request of memory": ("requests", _without("resources", "requests", "memory")),
    "no liveness probe": ("liveness", _without("livenessProbe")),
    "no readiness probe": ("readiness", _without("readinessProbe")),
    "the newest image": ("pinned-image", lambda spec: _container(spec).update(image="here/program")),
    "a port of the node": (
        "host-ports",
        lambda spec: _container(spec).update(ports=[{"containerPort": 1, "hostPort": 1}]),
    ),
    "the node's network": ("host", _with("hostNetwork", True)),
    "a folder of the node": ("host", _with("volumes", [{"name": "a", "hostPath": {"path": "/"}}])),
    "a token that opens nothing": (
        "api-token",
        lambda spec: spec.update(serviceAccountName="nobody", automountServiceAccountToken=True),
    ),
}


@pytest.mark.parametrize("name", ALTERED)
def test_a_pod_that_is_altered_is_found(name: str) -> None:
    rule, change = ALTERED[name]
    deployment = copy.deepcopy(everything().get("Deployment", "katib-controller"))
    change(deployment["spec"]["template"]["spec"])
    others = [one for one in platform() if one["kind"] != "Deployment"]
    new = found([*others, deployment]) - found(others)
    assert {one.rule for one in new} == {rule}
    assert all(one.of.startswith("kubeflow/Deployment/katib-controller") for one in new)


def test_a_namespace_that_enforces_less_is_found() -> None:
    objects = copy.deepcopy(list(platform()))
    (kubeflow,) = [
        one for one in objects if (one["kind"], one["metadata"]["name"]) == ("Namespace", "kubeflow")
    ]
    kubeflow["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = "baseline"
    new = found(objects) - found(platform())
    assert {one.rule for one in new} == {"namespace"}


def test_a_container_inside_a_configuration_is_found() -> None:
    objects = copy.deepcopy(list(platform()))
    (config,) = [one for one in objects if one["metadata"]["name"] == "volumes-web-app-viewer-spec"]
    spec = yaml.safe_load(config["data"]["viewer-spec.yaml"])
    spec["podSpec"]["hostNetwork"] = True
    spec["podSpec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    config["data"]["viewer-spec.yaml"] = yaml.safe_dump(spec)
    assert {one.rule for one in found(objects) - found(platform())} == {"host", "escalation"}
