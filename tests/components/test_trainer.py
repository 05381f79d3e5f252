"""Trainer and JobSet: what the controllers are told, who may call them, in which order all of it comes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import yaml

from components.contracts import Accelerator, NodePool, Offer, Taint
from components.kubeflow.trainer import Trainer, TrainerArgs, TrainerSettings
from tests.support.alone import Surroundings, declare
from tests.support.render import Object, Rendered

Settings = Mapping[str, Any]

SYSTEM = NodePool(name="system", min_nodes=2, max_nodes=2, cpu="8", memory="32Gi", labels={"pool": "system"})
GPU = NodePool(
    name="gpu",
    min_nodes=0,
    max_nodes=4,
    cpu="96",
    memory="1Ti",
    labels={"pool": "gpu"},
    taints=(Taint(key="nvidia.com/gpu", value="present"),),
    accelerator=Accelerator(model="NVIDIA H100 80GB HBM3", count=8),
)
POOLS = (SYSTEM, GPU)

CONTROLLERS = {
    "trainer": ("kubeflow-trainer-controller-manager", "kubeflow-trainer-config"),
    "job set": ("jobset-controller-manager", "jobset-manager-config"),
}


def trainer(
    settings: Settings | None = None, *, pools: Sequence[NodePool] = POOLS, webhooks: bool = True
) -> Rendered:
    """Trainer alone, with these settings as a stack file has them."""
    return declare(lambda given: _build(given, pools, webhooks, settings or {}))


def offered(settings: Settings) -> Offer:
    """What Trainer tells the platform about itself."""
    offers: list[Offer] = []
    declare(lambda given: offers.append(_build(given, POOLS, True, settings).offer))
    (offer,) = offers
    return offer


def _build(given: Surroundings, pools: Sequence[NodePool], webhooks: bool, settings: Settings) -> Trainer:
    args = TrainerArgs(
        settings=TrainerSettings.model_validate(settings),
        namespaces=given.namespaces,
        capabilities=replace(given.capabilities, reaches_pods=webhooks),
        node_pools=pools,
    )
    return Trainer("trainer", args)


@cache
def by_default() -> Rendered:
    return trainer()


def pod(rendered: Rendered, name: str) -> Object:
    return rendered.get("Deployment", name)["spec"]["template"]


def told(rendered: Rendered, config: str) -> dict[str, Any]:
    """The configuration that a controller reads."""
    return yaml.safe_load(rendered.get("ConfigMap", config)["data"]["controller_manager_config.yaml"])


@pytest.mark.parametrize("which", CONTROLLERS)
def test_a_controller_reads_its_configuration_where_it_is_told_to(which: str) -> None:
    deployment, config = CONTROLLERS[which]
    spec = pod(by_default(), deployment)["spec"]
    (program,) = spec["containers"]
    mounts = {mount["mountPath"]: mount for mount in program["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    (path,) = [
        argument.removeprefix("--config=") for argument in program["args"] if argument.startswith("--config=")
    ]
    assert volumes[mounts[path]["name"]]["configMap"]["name"] == config
    assert mounts[path]["subPath"] in by_default().get("ConfigMap", config)["data"]


@pytest.mark.parametrize("which", CONTROLLERS)
def test_a_controller_keeps_its_certificate_in_a_secret_that_it_finds_empty(which: str) -> None:
    deployment, config = CONTROLLERS[which]
    configuration = told(by_default(), config)
    management = configuration.get("certManagement") or configuration["internalCertManagement"]
    secret = by_default().get("Secret", management["webhookSecretName"])
    assert "data" not in secret
    assert "stringData" not in secret
    assert management["enable"]
    spec = pod(by_default(), deployment)["spec"]
    (name,) = [
        volume["name"]
        for volume in spec["volumes"]
        if volume.get("secret", {}).get("secretName") == secret["metadata"]["name"]
    ]
    mounts = {mount["name"]: mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}
    # Built into both programs.
    assert mounts[name] == "/tmp/k8s-webhook-server/serving-certs"


@pytest.mark.parametrize("kind", ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"])
def test_webhooks_call_a_service_whose_certificate_is_made_for_its_name(kind: str) -> None:
    names = {
        told(by_default(), "kubeflow-trainer-config")["certManagement"]["webhookServiceName"],
        told(by_default(), "jobset-manager-config")["internalCertManagement"]["webhookServiceName"],
    }
    configurations = by_default().of(kind)
    assert len(configurations) == 2
    for configuration in configurations:
        for hook in configuration["webhooks"]:
            client = hook["clientConfig"]
            assert client["service"]["name"] in names
            assert client["service"]["namespace"] == "kubeflow-system"
            assert "caBundle" not in client
            ports = by_default().get("Service", client["service"]["name"])["spec"]["ports"]
            assert client["service"]["port"] in [port["port"] for port in ports]


def test_the_pods_of_job_sets_are_checked_and_no_other_pods() -> None:
    hooks = [
        hook
        for kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
        for configuration in by_default().of(kind)
        for hook in configuration["webhooks"]
        if "pods" in hook["rules"][0]["resources"]
    ]
    assert len(hooks) == 2
    for hook in hooks:
        (expression,) = hook["objectSelector"]["matchExpressions"]
        assert expression == {"key": "jobset.sigs.k8s.io/jobset-name", "operator": "Exists"}


def test_a_runtime_comes_after_the_webhook_that_checks_it_and_that_after_whatever_answers() -> None:
    for name in by_default().names("ClusterTrainingRuntime"):
        assert {
            "ValidatingWebhookConfiguration/validator.trainer.kubeflow.org",
            "Deployment/kubeflow-trainer-controller-manager",
            "CustomResourceDefinition/clustertrainingruntimes.trainer.kubeflow.org",
        } <= by_default().before("ClusterTrainingRuntime", name)


@pytest.mark.parametrize("which", CONTROLLERS)
def test_a_controller_starts_after_its_types_its_rights_and_its_secret(which: str) -> None:
    deployment, config = CONTROLLERS[which]
    first = by_default().before("Deployment", deployment)
    account = pod(by_default(), deployment)["spec"]["serviceAccountName"]
    bindings = [
        f"{kind}/{binding['metadata']['name']}"
        for kind in ("RoleBinding", "ClusterRoleBinding")
        for binding in by_default().of(kind)
        if account in [subject["name"] for subject in binding["subjects"]]
    ]
    types = [f"CustomResourceDefinition/{name}" for name in by_default().names("CustomResourceDefinition")]
    secrets = [
        f"Secret/{volume['secret']['secretName']}"
        for volume in pod(by_default(), deployment)["spec"]["volumes"]
        if "secret" in volume
    ]
    assert bindings
    assert secrets
    assert {*bindings, *types, *secrets, f"ConfigMap/{config}"} <= first


def test_without_webhooks_there_are_controllers_and_runtimes_all_the_same() -> None:
    rendered = trainer(webhooks=False)
    assert not rendered.of("ValidatingWebhookConfiguration")
    assert not rendered.of("MutatingWebhookConfiguration")
    assert rendered.names("Deployment") == by_default().names("Deployment")
    assert rendered.names("ClusterTrainingRuntime") == by_default().names("ClusterTrainingRuntime")
    type_of_runtimes = "CustomResourceDefinition/clustertrainingruntimes.trainer.kubeflow.org"
    assert type_of_runtimes in rendered.before("ClusterTrainingRuntime", "torch-distributed")


@pytest.mark.parametrize("which", CONTROLLERS)
def test_the_api_server_reaches_the_webhook_of_a_pod_and_nothing_else_of_it(which: str) -> None:
    deployment, _ = CONTROLLERS[which]
    template = pod(by_default(), deployment)
    policies = [
        policy
        for policy in by_default().of("NetworkPolicy")
        if policy["spec"]["podSelector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
    ]
    assert len(policies) == 1
    (rule,) = policies[0]["spec"]["ingress"]
    ports = {port["name"]: port["containerPort"] for port in template["spec"]["containers"][0]["ports"]}
    assert [ports[port["port"]] for port in rule["ports"]] == [9443]


def test_a_service_selects_the_pods_of_one_controller_only() -> None:
    pods = {
        one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"]
        for one in by_default().of("Deployment")
    }
    for service in by_default().of("Service"):
        selector = service["spec"]["selector"].items()
        assert len([name for name, labels in pods.items() if selector <= labels.items()]) == 1


@pytest.mark.parametrize("which", CONTROLLERS)
def test_a_change_of_its_configuration_restarts_a_controller(which: str) -> None:
    deployment, _ = CONTROLLERS[which]
    key = "controller" if which == "trainer" else "jobSet"
    changed = trainer({key: {"leaderElection": {"leaseDuration": 30}}})
    annotations = [pod(one, deployment)["metadata"]["annotations"] for one in (by_default(), changed)]
    assert annotations[0]["slipway.dev/config-hash"] != annotations[1]["slipway.dev/config-hash"]


@pytest.mark.parametrize("which", CONTROLLERS)
def test_a_leader_is_elected_with_the_times_of_the_settings(which: str) -> None:
    _, config = CONTROLLERS[which]
    key = "controller" if which == "trainer" else "jobSet"
    rendered = trainer(
        {key: {"leaderElection": {"leaseDuration": 60, "renewDeadline": 40, "retryPeriod": 5}}}
    )
    election = told(rendered, config)["leaderElection"]
    assert election["leaderElect"] is True
    assert (election["leaseDuration"], election["renewDeadline"], election["retryPeriod"]) == (
        "60s",
        "40s",
        "5s",
    )


def test_the_log_has_what_upstream_logs_unless_the_stack_wants_less() -> None:
    quiet = trainer({"controller": {"logVerbosity": 0}})
    name = "kubeflow-trainer-controller-manager"
    assert "--zap-log-level=2" in pod(by_default(), name)["spec"]["containers"][0]["args"]
    # Its flag takes numbers above zero only.
    assert "--zap-log-level=info" in pod(quiet, name)["spec"]["containers"][0]["args"]


@pytest.mark.parametrize(
    ("metrics", "address", "secure", "scheme"),
    [("https", ":8443", True, "https"), ("http", ":8443", False, "http"), ("off", "0", False, None)],
)
def test_metrics_are_served_as_the_stack_says_and_prometheus_is_told(
    metrics: str, address: str, secure: bool, scheme: str | None
) -> None:
    rendered = trainer({"controller": {"metrics": metrics}})
    served = told(rendered, "kubeflow-trainer-config")["metrics"]
    assert served == {"bindAddress": address, "secureServing": secure}
    annotations = pod(rendered, "kubeflow-trainer-controller-manager")["metadata"]["annotations"]
    assert annotations.get("prometheus.io/scheme") == scheme


def test_jobs_may_report_their_progress_only_where_the_stack_says_so() -> None:
    reporting = trainer({"controller": {"statusServer": {"enabled": True, "queriesPerSecond": 50}}})
    configuration = told(reporting, "kubeflow-trainer-config")
    assert configuration["featureGates"] == {"TrainJobStatus": True}
    assert configuration["statusServer"]["qps"] == 50
    _, rule = reporting.get("NetworkPolicy", "trainer-webhook")["spec"]["ingress"]
    assert [one["port"] for one in rule["ports"]] == ["status-server"]
    (peer,) = rule["from"]
    assert peer["namespaceSelector"]["matchLabels"] == {"app.kubernetes.io/part-of": "kubeflow-profile"}
    assert told(by_default(), "kubeflow-trainer-config")["featureGates"] == {"TrainJobStatus": False}
    (webhook,) = by_default().get("NetworkPolicy", "trainer-webhook")["spec"]["ingress"]
    assert [one["port"] for one in webhook["ports"]] == ["webhook"]


def test_pods_of_job_sets_restart_in_place_only_where_the_stack_says_so() -> None:
    changed = told(trainer({"jobSet": {"inPlaceRestart": True}}), "jobset-manager-config")
    assert changed["featureGates"] == {"InPlaceRestart": True}
    assert told(by_default(), "jobset-manager-config")["featureGates"] == {"InPlaceRestart": False}


def test_the_python_client_finds_the_version_that_runs() -> None:
    (program,) = pod(by_default(), "kubeflow-trainer-controller-manager")["spec"]["containers"]
    version = by_default().get("ConfigMap", "kubeflow-trainer-public")["data"]["kubeflow_trainer_version"]
    assert program["image"].endswith(f":{version}")


def test_members_of_a_team_collect_their_rights_by_its_roles() -> None:
    edit = by_default().get("ClusterRole", "kubeflow-trainer-edit")
    admin = by_default().get("ClusterRole", "kubeflow-trainer-admin")
    (selector,) = admin["aggregationRule"]["clusterRoleSelectors"]
    assert "rules" not in admin
    assert selector["matchLabels"].items() <= edit["metadata"]["labels"].items()
    assert edit["metadata"]["labels"]["rbac.authorization.kubeflow.org/aggregate-to-kubeflow-edit"] == "true"


def test_only_secrets_of_its_own_namespace_are_open_to_the_job_set_controller() -> None:
    rights = [
        rule
        for role in by_default().of("ClusterRole")
        if role["metadata"]["labels"].get("app") == "jobset"
        for rule in role["rules"]
    ]
    assert rights
    assert not [rule for rule in rights if "secrets" in rule.get("resources", [])]
    role = by_default().get("Role", "jobset-manager-secrets-role")
    assert role["metadata"]["namespace"] == "kubeflow-system"
