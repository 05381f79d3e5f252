"""The audit log's reader on events as an API server writes them: Kubernetes 1.36, shortened."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.audit_log.agreed import actions, not_seen
from tests.audit_log.events import Event, parsed, read
from tests.audit_log.refused import refused
from tests.audit_log.unknown import unknown_fields
from tests.audit_log.warned import warned_of

TRAINER = "system:serviceaccount:kubeflow-system:trainer"
FORBIDDEN = {"authorization.k8s.io/decision": "forbid", "authorization.k8s.io/reason": ""}
ALLOWED = {"authorization.k8s.io/decision": "allow"}
STORED: dict[str, Any] = {
    "apiVersion": "example.com/v1",
    "kind": "Thing",
    "metadata": {"name": "one"},
    "spec": {"size": 3, "parts": [{"name": "a", "weight": 1}, {"name": "b"}]},
    "status": {"phase": "Running"},
}


def line(**changes: object) -> dict[str, Any]:
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "RequestResponse",
        "auditID": "one",
        "stage": "ResponseComplete",
        "requestURI": "/apis/example.com/v1/namespaces/team/things/one?fieldManager=trainer",
        "verb": "patch",
        "user": {"username": TRAINER},
        "objectRef": {"resource": "things", "namespace": "team", "name": "one", "apiGroup": "example.com"},
        "responseStatus": {"metadata": {}, "code": 200},
        "annotations": ALLOWED,
        **changes,
    }


def event(**changes: object) -> Event:
    return Event.parse(line(**changes))


def answered(code: int, message: str, **changes: object) -> Event:
    return event(responseStatus={"metadata": {}, "code": code, "message": message}, **changes)


def patched(patch: object, subresource: str = "") -> list[str]:
    of = {"resource": "things", "apiGroup": "example.com", "subresource": subresource}
    return unknown_fields(event(objectRef=of, requestObject=patch, responseObject=STORED))


def test_an_event_says_who_did_what_to_which_object() -> None:
    assert str(event()) == "kubeflow-system/trainer: patch things.example.com team/one"
    of = {"resource": "pods", "namespace": "team", "subresource": "log"}
    assert event(verb="get", objectRef=of).action == "get pods/log"
    assert event(verb="get", objectRef=None, requestURI="/metrics?a=b").action == "get /metrics"


def test_a_log_is_read_with_those_before_it_and_without_a_line_that_is_being_written(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    earlier = tmp_path / "audit-2026-11-22T00-00-00.000.log"
    earlier.write_text(json.dumps(line(auditID="zero", verb="create")) + "\n")
    # A watch is answered when it begins, and once more when it ends.
    watch = [line(auditID="two", verb="watch", stage=f"Response{one}") for one in ("Started", "Complete")]
    lines = [json.dumps(one) for one in [line(), *watch, line(auditID="three", stage="RequestReceived")]]
    log.write_text("\n".join([*lines, '{"kind": "Ev']))
    assert [one.verb for one in read(log)] == ["create", "patch", "watch"]


def test_a_request_for_which_a_rule_is_missing_is_found() -> None:
    message = 'things.example.com "one" is forbidden: User "..." cannot patch resource "things"'
    asked = [event(), answered(403, message, annotations=FORBIDDEN)]
    assert refused(asked) == asked[1:]


def test_rights_that_an_account_hands_on_without_having_them_are_found() -> None:
    message = 'user "..." is attempting to grant RBAC permissions not currently held: {...}'
    assert refused([answered(403, message)])


@pytest.mark.parametrize(
    "message",
    [
        'pods "one" is forbidden: exceeded quota: team, requested: pods=1, used: pods=2, limited: pods=2',
        'pods "one" is forbidden: unable to create new content in namespace team: it is being terminated',
        'admission webhook "validator.example.com" denied the request: no such runtime',
    ],
)
def test_what_admission_refuses_is_no_missing_rule(message: str) -> None:
    assert not refused([answered(403, message)])


def test_a_patch_whose_fields_are_all_there_has_no_unknown_one() -> None:
    assert patched({"spec": {"size": 4, "parts": [{"name": "b"}, {"name": "a", "weight": 1}]}}) == []


@pytest.mark.parametrize(
    ("patch", "found"),
    [
        ({"spec": {"sise": 4}}, ["spec.sise"]),
        ({"spec": {"parts": [{"name": "b", "wait": 1}]}}, ["spec.parts[].wait"]),
        ([{"op": "add", "path": "/spec/sise", "value": 4}], ["spec.sise"]),
        ([{"op": "replace", "path": "/spec/parts/0", "value": {"wait": 1}}], ["spec.parts[].wait"]),
        ([{"op": "add", "path": "/spec/parts/-", "value": {"wait": 1}}], ["spec.parts[].wait"]),
    ],
)
def test_a_field_that_was_sent_and_is_not_there_is_found(patch: object, found: list[str]) -> None:
    assert patched(patch) == found


@pytest.mark.parametrize(
    "patch",
    [
        {"spec": {"gone": None, "empty": {}, "none": [], "off": False}},
        {"spec": {"$retainKeys": ["size"], "$setElementOrder/parts": ["a"]}},
        {"metadata": {"annotations": {"a": "b"}, "resourceVersion": "1"}},
        # There is a subresource for it: what comes here is left out, by design.
        {"status": {"phase": "Done", "since": "now"}},
        [{"op": "remove", "path": "/spec/sise"}],
        [{"op": "add", "path": "/spec/sise", "value": 4}, {"op": "remove", "path": "/spec/sise"}],
        [{"op": "test", "path": "/spec/sise", "value": 4}],
    ],
)
def test_what_is_left_out_by_design_is_no_unknown_field(patch: object) -> None:
    assert patched(patch) == []


def test_of_a_status_the_status_is_looked_at_alone() -> None:
    assert patched({"spec": {"sise": 1}, "status": {"phase": "x", "faze": "x"}}, "status") == ["status.faze"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (400, 'Thing in version "v1" cannot be handled: strict decoding error: unknown field "spec.sise"'),
        (500, "failed to create typed patch object (team/one; v1): .spec.sise: field not declared in schema"),
    ],
)
def test_a_request_that_is_refused_for_an_unknown_field_is_found(code: int, message: str) -> None:
    assert unknown_fields(answered(code, message)) == ["spec.sise"]
    assert unknown_fields(answered(409, "the object has been modified")) == []


def test_what_is_written_other_than_by_a_patch_has_no_body_to_look_at() -> None:
    assert (
        unknown_fields(event(verb="update", requestObject={"spec": {"sise": 1}}, responseObject=STORED)) == []
    )


@pytest.mark.parametrize(
    "written",
    [
        'W1122 00:12:13.141516       1 warnings.go:70] unknown field "status.faze"',
        '{"level":"info","logger":"KubeAPIWarningLogger","msg":"unknown field \\"status.faze\\""}',
        '2026-11-22T00:12:13Z\tINFO\tKubeAPIWarningLogger\tunknown field "status.faze"',
        '2026-11-22T00:12:13Z\tINFO\tunknown field "status.faze"\t{"controller": "things"}',
    ],
)
def test_a_warning_is_found_in_the_log_of_its_client(written: str) -> None:
    assert warned_of(f"starting\n{written}\n") == ["status.faze"]


def test_words_about_fields_that_are_no_warning_of_the_server_are_not_taken_for_one() -> None:
    assert warned_of('E1122 user gave a runtime with unknown field "foo"\n') == []


def test_lines_of_one_request_count_once() -> None:
    lines = [json.dumps(line(stage=stage)) + "\n" for stage in ("ResponseStarted", "ResponseComplete")]
    assert len(list(parsed(lines))) == 1


def test_a_line_of_a_list_stands_for_every_pair_of_its_verbs_and_resources() -> None:
    assert actions(["get,patch pods/status,jobs.batch", "list pods"]) == {
        "get pods/status",
        "get jobs.batch",
        "patch pods/status",
        "patch jobs.batch",
        "list pods",
    }


def test_what_was_agreed_has_to_be_seen_and_to_succeed() -> None:
    name = "kubeflow-system/trainer"
    wanted = actions(["patch,create things.example.com"])
    assert not_seen([event(), event(verb="create")], name, wanted) == []
    assert not_seen([event()], name, wanted) == ["create things.example.com"]
    failed = answered(409, "it is there already", verb="create")
    assert not_seen([event(), failed], name, wanted) == ["create things.example.com"]
    assert len(not_seen([event(), event(verb="create")], "kubeflow/other", wanted)) == 2
