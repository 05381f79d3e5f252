"""The local model cache: off unless asked for, and where its agent runs."""

from tests.components.test_serving import hooks, offered, pod, serve
from tests.support.render import Rendered

JOBS = "kserve-localmodel-jobs"
AGENT = "kserve-localmodelnode-agent"
CONTROLLER = "kserve-localmodel-controller-manager"
CACHE = {
    "enabled": True,
    "path": "/var/models",
    "nodeGroups": [{"name": "gpus", "nodePool": "gpu", "storageLimit": "500Gi"}],
}
ON_GPU_NODES = [{"matchExpressions": [{"key": "pool", "operator": "In", "values": ["gpu"]}]}]


def cached() -> Rendered:
    return serve(localModels=CACHE)


def test_nothing_of_it_is_there_unless_asked_for() -> None:
    rendered = serve()
    assert not rendered.of("DaemonSet")
    assert not rendered.of("LocalModelNodeGroup")
    assert JOBS not in rendered.names("Namespace")
    assert CONTROLLER not in rendered.names("Deployment")
    for kind in ("ServiceAccount", "ClusterRole", "Role", "Service", "ValidatingWebhookConfiguration"):
        assert not [name for name in rendered.names(kind) if "localmodel" in name]


def test_the_agent_runs_on_the_nodes_of_its_groups_whatever_their_taints() -> None:
    spec = cached().get("DaemonSet", AGENT)["spec"]["template"]["spec"]
    affinity = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert affinity["nodeSelectorTerms"] == ON_GPU_NODES
    assert spec["tolerations"] == [
        {"key": "nvidia.com/gpu", "operator": "Equal", "value": "present", "effect": "NoSchedule"}
    ]


def test_the_agent_and_the_volumes_of_models_mean_the_same_folder() -> None:
    rendered = cached()
    spec = rendered.get("DaemonSet", AGENT)["spec"]["template"]["spec"]
    (volume,) = spec["volumes"]
    group = rendered.get("LocalModelNodeGroup", "gpus")["spec"]
    assert volume["hostPath"]["path"] == group["persistentVolumeSpec"]["local"]["path"] == "/var/models"
    assert group["persistentVolumeSpec"]["nodeAffinity"]["required"]["nodeSelectorTerms"] == ON_GPU_NODES
    claim = group["persistentVolumeClaimSpec"]
    assert claim["storageClassName"] == group["persistentVolumeSpec"]["storageClassName"]
    assert claim["resources"]["requests"]["storage"] == group["storageLimit"] == "500Gi"


def test_the_agent_lives_in_a_namespace_that_lets_it_see_a_folder_of_its_node() -> None:
    rendered = cached()
    labels = rendered.get("Namespace", JOBS)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "privileged"
    agent = rendered.get("DaemonSet", AGENT)
    assert agent["metadata"]["namespace"] == JOBS
    (container,) = agent["spec"]["template"]["spec"]["containers"]
    assert container["securityContext"]["runAsUser"] == 1000
    assert not container["securityContext"]["allowPrivilegeEscalation"]


def test_the_agent_finds_the_configuration_where_it_does_not_run() -> None:
    rendered = cached()
    (container,) = rendered.get("DaemonSet", AGENT)["spec"]["template"]["spec"]["containers"]
    variables = {one["name"]: one for one in container["env"]}
    assert variables["POD_NAMESPACE"]["value"] == "kubeflow"
    assert variables["NODE_NAME"]["valueFrom"] == {"fieldRef": {"fieldPath": "spec.nodeName"}}
    role = rendered.get("Role", "kserve-localmodelnode-agent-configuration")
    assert role["metadata"]["namespace"] == "kubeflow"
    assert role["rules"] == [
        {
            "apiGroups": [""],
            "resources": ["configmaps"],
            "resourceNames": ["inferenceservice-config"],
            "verbs": ["get"],
        }
    ]


def test_the_agent_reads_secrets_and_makes_jobs_in_its_own_namespace_alone() -> None:
    rendered = cached()
    everywhere = rendered.get("ClusterRole", "kserve-localmodelnode-agent-role")["rules"]
    assert not [rule for rule in everywhere if "secrets" in rule["resources"]]
    assert [rule["verbs"] for rule in everywhere if "jobs" in rule["resources"]] == [["get", "list", "watch"]]
    role = rendered.get("Role", "kserve-localmodelnode-agent-jobs")
    assert role["metadata"]["namespace"] == JOBS
    for kind in ("ClusterRoleBinding", "RoleBinding"):
        bound = [one for one in rendered.of(kind) if "localmodelnode" in one["metadata"]["name"]]
        assert {one["subjects"][0]["namespace"] for one in bound} == {JOBS}


def test_its_controller_never_runs_twice() -> None:
    deployment = cached().get("Deployment", CONTROLLER)["spec"]
    assert (deployment["replicas"], deployment["strategy"]) == (1, {"type": "Recreate"})


def test_caches_of_a_namespace_are_checked_like_those_of_the_cluster() -> None:
    found = [hook for name, hook in hooks(cached()).items() if name.startswith("localmodel")]
    assert {hook["rules"][0]["resources"][0] for hook in found} == {
        "localmodelcaches",
        "localmodelnamespacecaches",
    }


def test_its_images_and_what_its_agents_reserve_on_every_node_are_told() -> None:
    _, without = offered()
    rendered, with_cache = offered(localModels=CACHE)
    controller = pod(rendered, CONTROLLER)["spec"]["containers"][0]["image"]
    assert {controller} < set(with_cache.images) - set(without.images)
    # One controller, and an agent on each of at most three nodes.
    assert with_cache.request.memory - without.request.memory == 4 * 128
    assert with_cache.namespaces == ("kubeflow", JOBS)
