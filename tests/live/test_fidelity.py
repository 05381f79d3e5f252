"""Every live controller did its work with the accounts, rules, files and API types that the stack deploys.

The API server's audit log has all that they asked for while the other tests of this folder ran: these come
last. What each controller has to have been seen doing stands in controllers.yaml, so that one that did
nothing does not pass for one that lacks nothing.
"""

import json
import uuid
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.audit_log.agreed import Finding, Known, agreed, not_seen
from tests.audit_log.refused import refused
from tests.live.fidelity import CONTROL, TEAM, Seen, account_of, has_token, live_pods, log, look, without
from tests.live.platform import LivePlatform

HERE = Path(__file__).parent
AGREED = agreed(HERE / "controllers.yaml")
KNOWN = Known.read(HERE / "known.yaml")

JOBSET = "kubeflow-system/jobset-controller-manager"
# Written when a JobSet has ended, by an update.
LOST = "terminalState"
STATUS = ("spec", "versions", 0, "schema", "openAPIV3Schema", "properties", "status", "properties")


@pytest.fixture(scope="module")
def seen(platform: LivePlatform) -> Seen:
    """What there is to see before the controls."""
    return look(platform)


def unknown(findings: Iterable[Finding]) -> set[Finding]:
    """The findings that have no reason."""
    return {one for one in findings if not any(known.covers(one) for known in KNOWN)}


@pytest.fixture
def control(platform: LivePlatform) -> Generator[str]:
    """A namespace for what is refused on purpose."""
    name = f"{CONTROL}{uuid.uuid4().hex[:8]}"
    platform.kubectl("create", "namespace", name)
    platform.wait("serviceaccount/default", "create", name)
    yield name
    platform.kubectl("delete", "namespace", name, "--wait=false")


def job_set(namespace: str, **status: str) -> Mapping[str, Any]:
    """One pod of a program that is not there: it is simulated, and ends at once."""
    pod = {"restartPolicy": "Never", "containers": [{"name": "main", "image": "example.com/image:1"}]}
    job = {"spec": {"template": {"spec": pod}}}
    return {
        "apiVersion": "jobset.x-k8s.io/v1alpha2",
        "kind": "JobSet",
        "metadata": {"name": "control", "namespace": namespace},
        "spec": {"replicatedJobs": [{"name": "main", "replicas": 1, "template": job}]},
        **({"status": status} if status else {}),
    }


def test_every_controller_that_runs_is_agreed_on(platform: LivePlatform) -> None:
    running = {account_of(pod) for pod in live_pods(platform) if has_token(pod)}
    assert running
    assert running - AGREED.keys() == set()


@pytest.mark.parametrize("name", AGREED)
def test_a_controller_has_done_what_was_agreed(name: str, platform: LivePlatform, seen: Seen) -> None:
    if not name.startswith(f"{TEAM}/") and name not in {account_of(pod) for pod in live_pods(platform)}:
        pytest.skip("its program does not run on this stack")
    assert not_seen(seen.events, name, AGREED[name]) == []


def test_no_account_of_the_platform_lacks_a_rule(seen: Seen) -> None:
    assert unknown(seen.refusals) == set()


def test_no_field_is_dropped_that_a_controller_sends(seen: Seen) -> None:
    assert unknown(seen.fields) == set()


def test_every_reason_is_still_needed(seen: Seen) -> None:
    found = seen.refusals | seen.fields
    assert [known for known in KNOWN if not any(known.covers(one) for one in found)] == []


def test_a_rule_that_is_taken_away_is_missed(platform: LivePlatform, control: str) -> None:
    rules = platform.get("clusterrole", "jobset-manager-role")["rules"]
    (of_jobs,) = [number for number, rule in enumerate(rules) if rule["resources"] == ["jobs"]]

    def lacking() -> set[Finding]:
        mine = (one for one in log(platform) if one.namespace == control)
        return {Finding(one.account, one.action) for one in refused(mine)}

    with without(platform, "clusterrole", "jobset-manager-role", "rules", of_jobs):
        platform.apply(job_set(control))
        assert platform.until("a refusal is in the log", lacking) == {Finding(JOBSET, "create jobs.batch")}
    assert platform.get("clusterrole", "jobset-manager-role")["rules"] == rules
    assert platform.until("the job is there after all", lambda: platform.list("jobs", control))


def test_a_field_that_a_type_has_lost_is_missed(platform: LivePlatform, control: str) -> None:
    probe = json.dumps(job_set(control, **{LOST: "Completed"}))

    def is_lost() -> bool:
        strict = ("create", "--dry-run=server", "--validate=strict", "-f-")
        return f'unknown field "status.{LOST}"' in platform.kubectl(*strict, input=probe, check=False).stderr

    assert not is_lost()
    with without(platform, "crd", "jobsets.jobset.x-k8s.io", *STATUS, LOST):
        platform.until("the type has lost its field", is_lost)
        platform.apply(job_set(control))
        platform.wait("jobset/control", "condition=Completed", control, seconds=60)
        found = platform.until("it is warned of", lambda: unknown(look(platform).fields))
    assert found == {Finding(JOBSET, f"status.{LOST}")}
    platform.until("the type has its field again", lambda: not is_lost())
