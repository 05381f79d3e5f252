"""Waiting for objects of a cluster: it ends with the reason."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ci.smoke.cluster import Cluster, NotReadyError, has_condition

Object = Mapping[str, Any]

PENDING = {
    "metadata": {"name": "smoke-0"},
    "status": {
        "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/2 nodes"}
        ]
    },
}
PULLING = {
    "metadata": {"name": "smoke-0"},
    "status": {
        "containerStatuses": [
            {
                "name": "smoke",
                "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}},
            }
        ]
    },
}
ENDED = {
    "metadata": {"name": "smoke-0"},
    "status": {
        "initContainerStatuses": [{"name": "set-up", "state": {"terminated": {"exitCode": 0}}}],
        "containerStatuses": [
            {"name": "smoke", "state": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}}
        ],
    },
}
OTHER = {**PULLING, "metadata": {"name": "another-0"}}


def cluster(tmp_path: Path, answers: Mapping[str, object]) -> Cluster:
    """A cluster whose kubectl prints these answers, by kind."""
    for kind, answer in answers.items():
        (tmp_path / f"{kind}.json").write_text("" if answer is None else json.dumps(answer))
    program = tmp_path / "kubectl"
    program.write_text(
        f'#!/bin/sh\n[ "$2" = get ] || {{ echo "refused" >&2; exit 1; }}\nexec cat "{tmp_path}/$3.json"\n'
    )
    program.chmod(0o755)
    return Cluster(program, tmp_path / "kubeconfig")


def starts(obj: Object) -> bool:
    return obj.get("status", {}).get("readyReplicas") == 1


def test_what_is_ready_is_returned(tmp_path: Path) -> None:
    there = {"status": {"readyReplicas": 1}}
    found = cluster(tmp_path, {"notebook": there}).wait("notebook", "smoke", "team", starts, seconds=0)
    assert found == there


@pytest.mark.parametrize(
    ("pod", "says"),
    [
        (PENDING, "pod smoke-0: Unschedulable: 0/2 nodes"),
        (PULLING, "pod smoke-0: container smoke: ImagePullBackOff: Back-off pulling image"),
        (ENDED, "pod smoke-0: container smoke ended with exit code 137: OOMKilled"),
    ],
)
def test_a_notebook_that_never_starts_fails_with_the_reason(tmp_path: Path, pod: Object, says: str) -> None:
    event = {
        "type": "Warning",
        "involvedObject": {"name": "smoke-0"},
        "reason": "Failed",
        "message": "no image",
    }
    quiet = {**event, "type": "Normal", "message": "pulling"}
    answers: Object = {
        "notebook": {"status": {"conditions": []}},
        "pods": {"items": [pod, OTHER]},
        "events": {"items": [event, quiet]},
    }
    with pytest.raises(NotReadyError) as failed:
        cluster(tmp_path, answers).wait("notebook", "smoke", "team", starts, seconds=0)
    said = str(failed.value)
    assert said.startswith("notebook team/smoke is not ready after 0 s:")
    assert says in said
    assert "event: Failed: no image" in said
    assert "pulling" not in said.replace("Back-off pulling", "")
    assert "another-0" not in said


def test_a_job_that_failed_is_not_waited_for(tmp_path: Path) -> None:
    failed = {"type": "Failed", "status": "True", "reason": "BackoffLimit", "message": "exit code 1"}
    nothing: Object = {"items": []}
    there: Object = {"trainjob": {"status": {"conditions": [failed]}}, "pods": nothing, "events": nothing}
    with pytest.raises(NotReadyError, match="condition Failed is True: BackoffLimit: exit code 1"):
        cluster(tmp_path, there).wait("trainjob", "train", "team", has_condition("Complete"), seconds=3600)


def test_an_object_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="there is no such object"):
        cluster(tmp_path, {"notebook": None}).wait("notebook", "smoke", "team", starts, seconds=0)


def test_what_kubectl_refuses_is_an_error_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="kubectl create: refused"):
        cluster(tmp_path, {}).create({"kind": "Notebook"})
