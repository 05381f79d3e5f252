"""checkov finds nothing wrong with the objects of the platform but what stands in a list, with its reason."""

import json
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from simulator.tools.cache import Cache
from tests.audit.rights import table
from tests.clients.environments import NotMadeError, environment
from tests.support.everything import everything
from tests.support.pipelines import by_default as pipelines_with_teams
from tests.support.pods import Object, below

LOCK = Path(__file__).with_name("locked") / "checkov.txt"
EXCEPTIONS: Sequence[Mapping[str, Any]] = table("checkov.yaml")

# A pod and a role that must not pass, in a namespace that nothing else is in.
CONTROL = "control"
_POD = {"containers": [{"name": "main", "image": "here/program", "securityContext": {"privileged": True}}]}
CONTROLS: Sequence[Object] = (
    {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "weak", "namespace": CONTROL},
        "spec": {**_POD, "hostNetwork": True, "volumes": [{"name": "a", "hostPath": {"path": "/"}}]},
    },
    {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "weak", "namespace": CONTROL},
        "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
    },
)


class Failed(NamedTuple):
    """A check that failed, by its id, and of which object: `<kind>.<namespace>.<name>`."""

    check: str
    of: str


def redacted(objects: Iterable[Object]) -> list[Object]:
    """The objects without the values of Secrets."""
    return [
        {
            **one,
            **{key: dict.fromkeys(one[key], "redacted") for key in ("data", "stringData") if one.get(key)},
        }
        if one["kind"] == "Secret"
        else one
        for one in objects
    ]


def platform() -> list[Object]:
    """All that a stack can have but API types, which no check looks at, and what teams have of Pipelines."""
    teams = [
        one
        for one in pipelines_with_teams().objects
        if one["metadata"].get("namespace", "").startswith("team-")
    ]
    return [one for one in (*everything().objects, *teams) if one["kind"] != "CustomResourceDefinition"]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What checkov says of the platform and of the controls; it reaches no network."""
    try:
        python = environment(LOCK, Cache.default().root / "audit")
    except NotMadeError as error:
        pytest.fail(str(error), pytrace=False)
    folder = tmp_path_factory.mktemp("checkov")
    (folder / "objects.yaml").write_text(
        yaml.dump_all(redacted([*platform(), *CONTROLS]), Dumper=yaml.CSafeDumper), encoding="utf-8"
    )
    options = "--framework kubernetes --skip-download --quiet --compact --soft-fail --output json"
    done = subprocess.run(
        [python, "-m", "checkov.main", *options.split(), "--file", str(folder / "objects.yaml")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"HOME": str(folder), "PATH": str(python.parent)},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def failed(report: Mapping[str, Any]) -> set[Failed]:
    """Every failed check."""
    return {Failed(one["check_id"], one["resource"]) for one in report["results"]["failed_checks"]}


def of_control(one: Failed) -> bool:
    return one.of.split(".")[1] == CONTROL


def excepted(one: Failed, entry: Mapping[str, Any]) -> bool:
    return one.check in entry["checks"] and fnmatchcase(one.of, entry["of"])


@pytest.mark.engine
def test_every_object_is_read(report: Mapping[str, Any]) -> None:
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["resource_count"] >= len(everything().of("Deployment")) * 5


@pytest.mark.engine
def test_no_check_fails_without_a_reason(failed: set[Failed]) -> None:
    short = sorted(
        f"{one.check}: {one.of}"
        for one in failed
        if not of_control(one) and not any(excepted(one, entry) for entry in EXCEPTIONS)
    )
    assert not short, "\n".join(["without a reason:", *short])


@pytest.mark.engine
def test_every_reason_is_still_needed(failed: set[Failed]) -> None:
    stale = [
        f"{check}: {entry['of']}"
        for entry in EXCEPTIONS
        for check in entry["checks"]
        if not any(excepted(one, {**entry, "checks": [check]}) for one in failed if not of_control(one))
    ]
    assert not stale, "\n".join(["no longer needed:", *stale])


@pytest.mark.engine
def test_a_pod_and_a_role_that_are_weak_are_found(failed: set[Failed]) -> None:
    found = {one.check for one in failed if of_control(one)}
    # Privileged, the node's network, escalation, no request of memory, capabilities; wildcards in a role.
    assert found >= {"CKV_K8S_16", "CKV_K8S_19", "CKV_K8S_20", "CKV_K8S_12", "CKV_K8S_37", "CKV_K8S_49"}
    unnamed = {
        one.check for one in failed if of_control(one) and not any(excepted(one, e) for e in EXCEPTIONS)
    }
    assert unnamed >= {"CKV_K8S_16", "CKV_K8S_19", "CKV_K8S_20", "CKV_K8S_49"}


def test_the_values_of_secrets_are_left_out() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "a"}, "data": {"key": "aGlkZGVu"}, "stringData": None}
    assert "aGlkZGVu" not in json.dumps(redacted([secret]))
    values = [
        value
        for one in redacted(platform())
        if one["kind"] == "Secret"
        for key in ("data", "stringData")
        for value in below(one, key).values()
    ]
    assert len(values) > 10
    assert set(values) == {"redacted"}


def test_checkov_is_locked_by_its_hashes_and_no_index_is_named() -> None:
    text = LOCK.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert any(one.startswith("checkov==") for one in entries)
    assert all("--hash=sha256:" in one for one in entries)
    assert "://" not in text


def test_every_reason_is_written() -> None:
    for entry in EXCEPTIONS:
        assert set(entry) == {"checks", "of", "reason"}
        assert len(entry["reason"]) > 40, entry
