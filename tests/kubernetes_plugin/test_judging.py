"""When objects are ready: judged from what controllers write into them, step by step."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.kubernetes import readiness
from simulator.kubernetes.access.watch import Store
from simulator.kubernetes.readiness.rules import Verdict
from simulator.kubernetes.values.objects import Type
from simulator.kubernetes.values.wire import Object
from tests.kubernetes_plugin.objects import deployment, job, service


class World:
    """What has been seen, by type."""

    def __init__(self) -> None:
        self._stores: dict[str, Store] = {}

    def see(self, kind: str, value: Object, event: str = "MODIFIED") -> None:
        self._stores.setdefault(kind, Store()).apply({"type": event, "object": value})

    def owned_by(self, kind: Type, uid: object) -> list[Object]:
        return self._stores.get(kind.kind, Store()).owned_by(uid)

    def named(self, kind: Type, name: str) -> Object | None:
        return self._stores.get(kind.kind, Store()).get(name)


def _judge(value: Object, world: World | None = None) -> Verdict:
    rule = readiness.choose(value)
    assert rule is not None
    return rule.judge(value, world or World())


def _conditions(**statuses: str) -> list[Object]:
    return [{"type": name, "status": status} for name, status in statuses.items()]


def _deployment(revision: str, generation: int = 1, **status: Any) -> Object:  # noqa: ANN401
    value = deployment("d", "n", replicas=2)
    value["metadata"] |= {
        "uid": "d",
        "generation": generation,
        "annotations": {"deployment.kubernetes.io/revision": revision},
    }
    return {**value, "status": {"observedGeneration": generation, **status}}


def _replica_set(revision: str, ready: int, wanted: int = 2) -> Object:
    return {
        "metadata": {
            "name": f"d-{revision}",
            "uid": f"rs-{revision}",
            "ownerReferences": [{"uid": "d"}],
            "annotations": {"deployment.kubernetes.io/revision": revision},
        },
        "spec": {"replicas": wanted},
        "status": {"readyReplicas": ready},
    }


def _pod(name: str, owner: str, conditions: list[Object], statuses: list[Object] | None = None) -> Object:
    return {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": {"name": name, "namespace": "n", "ownerReferences": [{"uid": owner}]},
        "status": {"conditions": conditions, "containerStatuses": statuses or []},
    }


def test_a_first_rollout_step_by_step() -> None:
    world = World()
    fresh = deployment("d", "n")
    assert not _judge(fresh, world).ready
    available = _deployment("1", conditions=_conditions(Available="True", Progressing="True"))
    assert not _judge(available, world).ready, "no ReplicaSet yet"
    world.see("ReplicaSet", _replica_set("1", ready=1))
    assert "1 of 2 pods" in _judge(available, world).reasons[0]
    world.see("ReplicaSet", _replica_set("1", ready=2))
    assert _judge(available, world).ready
    unseen = {**available, "metadata": {**available["metadata"], "generation": 2}}
    assert not _judge(unseen, world).ready, "the controller has not seen the change"


def test_a_second_rollout_is_ready_only_with_the_new_replica_set() -> None:
    world = World()
    world.see("ReplicaSet", _replica_set("1", ready=2))
    rolling = _deployment("2", 2, conditions=_conditions(Available="True", Progressing="True"))
    assert not _judge(rolling, world).ready
    world.see("ReplicaSet", _replica_set("2", ready=2))
    assert not _judge(rolling, world).ready, "the rollout is not over"
    done = [{"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"}]
    assert _judge(_deployment("2", 2, conditions=[*_conditions(Available="True"), *done]), world).ready


def test_a_deployment_without_replicas_is_ready() -> None:
    world = World()
    world.see("ReplicaSet", _replica_set("1", ready=0, wanted=0))
    assert _judge(_deployment("1", conditions=_conditions(Available="True")), world).ready


def test_claims_that_are_not_bound_are_named() -> None:
    world = World()
    world.see("ReplicaSet", _replica_set("1", ready=2))
    world.see("PersistentVolumeClaim", {"metadata": {"name": "disk"}, "status": {"phase": "Pending"}})
    value = _deployment("1", conditions=_conditions(Available="True"))
    value["spec"]["template"]["spec"]["volumes"] = [{"persistentVolumeClaim": {"claimName": "disk"}}]
    assert "claims that are not bound: disk" in _judge(value, world).reasons
    world.see("PersistentVolumeClaim", {"metadata": {"name": "disk"}, "status": {"phase": "Bound"}})
    assert _judge(value, world).ready


@pytest.mark.parametrize(
    ("conditions", "statuses", "words"),
    [
        (
            [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"}],
            [],
            "[Unschedulable] 0/3 nodes",
        ),
        (
            _conditions(PodScheduled="True", Ready="False"),
            [{"name": "c", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}}],
            "container c: [ImagePullBackOff] no such image",
        ),
        (
            _conditions(PodScheduled="True", Ready="False"),
            [{"name": "c", "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}}}],
            "container c ended with exit code 3: Error",
        ),
        (
            [*_conditions(PodScheduled="True"), {"type": "Ready", "status": "False", "message": "unready"}],
            [{"name": "c", "state": {"waiting": {"reason": "ContainerCreating"}}}],
            "unready",
        ),
    ],
)
def test_pods_tell_in_their_own_words_what_is_wrong(
    conditions: list[Object], statuses: list[Object], words: str
) -> None:
    world = World()
    world.see("ReplicaSet", _replica_set("1", ready=0))
    for name in ("p1", "p2"):
        world.see("Pod", _pod(name, "rs-1", conditions, statuses))
    told = [reason for reason in _judge(_deployment("1"), world).reasons if words in reason]
    assert told == [f"pod n/p1: {words}"], "said once for all"


def test_pods_of_an_older_revision_have_no_say() -> None:
    world = World()
    world.see("ReplicaSet", _replica_set("1", ready=0))
    world.see("ReplicaSet", _replica_set("2", ready=0))
    late = [{"type": "PodScheduled", "status": "False", "message": "old news"}]
    world.see("Pod", _pod("old", "rs-1", late))
    assert "old news" not in str(_judge(_deployment("2", 2), world).reasons)
    world.see("Pod", _pod("new", "rs-2", late))
    assert "old news" in str(_judge(_deployment("2", 2), world).reasons)
    world.see("Pod", _pod("new", "rs-2", late), event="DELETED")
    assert "old news" not in str(_judge(_deployment("2", 2), world).reasons)


def test_a_stateful_set_advances_to_its_new_revision() -> None:
    status = {"observedGeneration": 2, "replicas": 2, "readyReplicas": 2, "currentReplicas": 2}
    value: Object = {**deployment("s", "n", replicas=2), "kind": "StatefulSet"}
    value["metadata"]["generation"] = 2
    old = {**status, "currentRevision": "a", "updateRevision": "b"}
    assert not _judge({**value, "status": old}).ready
    assert _judge({**value, "status": {**old, "currentRevision": "b"}}).ready
    assert not _judge({**value, "status": {**old, "currentRevision": "b", "readyReplicas": 1}}).ready
    value["spec"]["updateStrategy"] = {"type": "OnDelete"}
    assert _judge({**value, "status": old}).ready


def test_a_job_is_ready_when_complete_and_failed_at_once_when_it_fails() -> None:
    begun = {**job("j", "n"), "status": {"startTime": "now", "active": 1}}
    assert not _judge(begun).ready
    assert _judge({**begun, "status": {"startTime": "now", "conditions": _conditions(Complete="True")}}).ready
    failed = [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "too often"}]
    verdict = _judge({**begun, "status": {"startTime": "now", "conditions": failed}})
    assert (verdict.failed, verdict.reasons) == (True, ["[BackoffLimitExceeded] too often"])


def test_a_service_waits_for_endpoints_that_are_pending() -> None:
    world, value = World(), service("s", "n", selector={"app": "x"})
    assert not _judge(value, world).ready
    assert _judge(value, world).tolerable, "there may be nothing that makes endpoints"
    endpoints: Object = {"metadata": {"name": "s"}, "subsets": [{"notReadyAddresses": [{"ip": "10.0.0.1"}]}]}
    world.see("Endpoints", endpoints)
    assert not _judge(value, world).tolerable
    world.see("Endpoints", {"metadata": {"name": "s"}})
    assert _judge(value, world).ready, "its pods may come later"
    for spec in ({"clusterIP": "None"}, {"type": "ExternalName"}):
        assert _judge(service("s", "n", selector={"app": "x"}, **spec)).ready


def test_an_ingress_waits_for_its_address_and_for_its_services() -> None:
    path = {"backend": {"service": {"name": "s"}}}
    value: Object = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "i"},
        "spec": {"rules": [{"http": {"paths": [path]}}]},
    }
    world = World()
    assert not _judge(value, world).ready
    value["status"] = {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}
    assert "there are no endpoints of the Service s" in _judge(value, world).reasons
    world.see("Endpoints", {"metadata": {"name": "s"}})
    assert _judge(value, world).ready


def test_a_claim_of_a_patient_class_need_not_be_bound() -> None:
    world = World()
    value: Object = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "c"},
        "spec": {"storageClassName": "lazy"},
        "status": {"phase": "Pending"},
    }
    assert not _judge(value, world).ready
    world.see("StorageClass", {"metadata": {"name": "lazy"}, "volumeBindingMode": "WaitForFirstConsumer"})
    assert _judge(value, world).ready


def test_what_nothing_is_known_about_is_not_waited_for_unless_all_is() -> None:
    value = {"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "t"}}
    assert readiness.choose(value) is None
    rule = readiness.choose(value, await_all=True)
    assert rule is not None
    assert rule.judge(value, World()).ready
    assert not rule.judge({**value, "status": {"conditions": _conditions(Ready="False")}}, World()).ready
    assert readiness.choose(deployment("d", "n", skipAwait="true"), await_all=True) is None


def test_how_long_is_waited() -> None:
    rule = readiness.choose(deployment("d", "n"))
    assert rule is not None
    assert readiness.timeout(deployment("d", "n"), 0, rule) == 600
    assert readiness.timeout(deployment("d", "n", timeoutSeconds="7"), 0, rule) == 7
    assert readiness.timeout(deployment("d", "n", timeoutSeconds="7"), 3, rule) == 3
