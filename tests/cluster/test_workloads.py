"""What a simulated cluster does with workloads, volumes and permissions."""

import pytest

from tests.support.cluster import Object, TestCluster

pytestmark = pytest.mark.engine

CONTAINER = {"name": "main", "image": "example.com/image:1"}


def pod(name: str, namespace: str, **spec: object) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"containers": [CONTAINER], **spec},
    }


def gpu_pod(name: str, namespace: str, devices: int, **spec: object) -> Object:
    container = {**CONTAINER, "resources": {"limits": {"nvidia.com/gpu": devices}}}
    return pod(name, namespace, containers=[container], **spec)


def claim(name: str, namespace: str, size: str, **spec: object) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": size}},
            **spec,
        },
    }


BOUND = "jsonpath={.status.phase}=Bound"
TOLERATION = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}


def unschedulable_message(cluster: TestCluster, name: str, namespace: str) -> str:
    cluster.wait(f"pod/{name}", "condition=PodScheduled=false", namespace)
    (condition,) = cluster.get("pod", name, namespace)["status"]["conditions"]
    assert condition["reason"] == "Unschedulable"
    return condition["message"]


def test_a_pod_asking_for_eight_gpus_runs_in_the_gpu_pool(cluster: TestCluster, namespace: str) -> None:
    cluster.apply(gpu_pod("eight", namespace, 8, tolerations=[TOLERATION]))
    cluster.wait("pod/eight", "condition=Ready", namespace)
    assert cluster.get("pod", "eight", namespace)["spec"]["nodeName"] == "gpu-0"
    cluster.kubectl("delete", "pod", "eight", "-n", namespace)


def test_a_pod_asking_for_nine_gpus_stays_pending_for_the_schedulers_reason(
    cluster: TestCluster, namespace: str
) -> None:
    cluster.apply(gpu_pod("nine", namespace, 9, tolerations=[TOLERATION]))
    assert "3 Insufficient nvidia.com/gpu" in unschedulable_message(cluster, "nine", namespace)


def test_the_gpu_pool_is_closed_to_pods_that_do_not_tolerate_its_taint(
    cluster: TestCluster, namespace: str
) -> None:
    cluster.apply(gpu_pod("one", namespace, 1))
    assert "untolerated taint" in unschedulable_message(cluster, "one", namespace)


def test_nodes_carry_the_labels_that_workloads_select_on(cluster: TestCluster) -> None:
    labels = cluster.get("node", "gpu-0")["metadata"]["labels"]
    assert labels["slipway.dev/pool"] == "gpu"
    assert labels["kubernetes.io/os"] == "linux"
    assert labels["kubernetes.io/arch"] == "amd64"
    assert labels["kubernetes.io/hostname"] == "gpu-0"
    assert labels["nvidia.com/gpu.product"] == "NVIDIA-H100-80GB-HBM3"
    assert "nvidia.com/gpu.present" not in cluster.get("node", "system-0")["metadata"]["labels"]


def test_a_deployment_with_init_containers_becomes_available(cluster: TestCluster, namespace: str) -> None:
    template = {
        "metadata": {"labels": {"app": "web"}},
        "spec": {
            "initContainers": [
                {"name": "once", "image": "example.com/image:1"},
                {"name": "sidecar", "image": "example.com/image:1", "restartPolicy": "Always"},
            ],
            "containers": [CONTAINER],
        },
    }
    cluster.apply(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web", "namespace": namespace},
            "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}}, "template": template},
        }
    )
    cluster.wait("deployment/web", "condition=Available", namespace)
    assert cluster.get("deployment", "web", namespace)["status"]["readyReplicas"] == 3


def test_a_job_completes(cluster: TestCluster, namespace: str) -> None:
    cluster.apply(
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": "job", "namespace": namespace},
            "spec": {
                "completions": 2,
                "template": {"spec": {"restartPolicy": "Never", "containers": [CONTAINER]}},
            },
        }
    )
    cluster.wait("job/job", "condition=Complete", namespace)
    assert cluster.get("job", "job", namespace)["status"]["succeeded"] == 2


def test_dozens_of_claims_of_every_size_and_mode_bind(cluster: TestCluster, namespace: str) -> None:
    claims = [claim(f"small-{i}", namespace, "20Gi") for i in range(15)]
    claims += [claim(f"large-{i}", namespace, "1Ti", accessModes=["ReadWriteMany"]) for i in range(15)]
    cluster.apply(*claims)
    cluster.wait("pvc --all", BOUND, namespace)
    bound = [cluster.get("pvc", name, namespace) for name in ("small-0", "large-14")]
    assert [one["status"]["capacity"]["storage"] for one in bound] == ["20Gi", "1Ti"]
    assert {one["spec"]["storageClassName"] for one in bound} == {"standard"}
    assert bound[0]["spec"]["volumeName"] != bound[1]["spec"]["volumeName"]


def test_a_volume_goes_with_its_claim_and_the_next_claim_of_that_name_binds(
    cluster: TestCluster, namespace: str
) -> None:
    cluster.apply(claim("data", namespace, "5Gi"))
    cluster.wait("pvc/data", BOUND, namespace)
    first = cluster.get("pvc", "data", namespace)["spec"]["volumeName"]
    cluster.kubectl("delete", "pvc", "data", "-n", namespace)
    cluster.kubectl("wait", f"pv/{first}", "--for=delete", "--timeout=30s")
    cluster.apply(claim("data", namespace, "5Gi"))
    cluster.wait("pvc/data", BOUND, namespace)
    assert cluster.get("pvc", "data", namespace)["spec"]["volumeName"] != first


def test_a_claim_can_grow(cluster: TestCluster, namespace: str) -> None:
    cluster.apply(claim("growing", namespace, "5Gi"))
    cluster.wait("pvc/growing", BOUND, namespace)
    cluster.apply(claim("growing", namespace, "8Gi"))
    cluster.wait("pvc/growing", "jsonpath={.status.capacity.storage}=8Gi", namespace)


def test_a_claim_for_an_unknown_storage_class_stays_pending(cluster: TestCluster, namespace: str) -> None:
    cluster.apply(claim("stuck", namespace, "1Gi", storageClassName="no-such-class"))
    cluster.apply(claim("bound", namespace, "1Gi"))
    cluster.wait("pvc/bound", BOUND, namespace)
    assert cluster.get("pvc", "stuck", namespace)["status"]["phase"] == "Pending"


def test_a_pod_mounts_its_claim(cluster: TestCluster, namespace: str) -> None:
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    cluster.apply(claim("data", namespace, "5Gi"), pod("user", namespace, volumes=[volume]))
    cluster.wait("pod/user", "condition=Ready", namespace)


def test_what_a_role_does_not_allow_is_forbidden(cluster: TestCluster, namespace: str) -> None:
    account = f"system:serviceaccount:{namespace}:default"
    refused = cluster.kubectl("get", "secrets", "-n", namespace, "--as", account, check=False)
    assert "Forbidden" in refused.stderr
    cluster.kubectl("create", "role", "reader", "--verb=list", "--resource=secrets", "-n", namespace)
    binding = ["rolebinding", "reader", "--role=reader", f"--serviceaccount={namespace}:default"]
    cluster.kubectl("create", *binding, "-n", namespace)
    cluster.kubectl("get", "secrets", "-n", namespace, "--as", account)


def test_a_privileged_pod_is_refused_in_a_restricted_namespace(cluster: TestCluster, namespace: str) -> None:
    label = "pod-security.kubernetes.io/enforce=restricted"
    cluster.kubectl("label", "namespace", namespace, label)
    privileged = {**CONTAINER, "securityContext": {"privileged": True}}
    with pytest.raises(AssertionError, match="violates PodSecurity"):
        cluster.apply(pod("privileged", namespace, containers=[privileged]))
