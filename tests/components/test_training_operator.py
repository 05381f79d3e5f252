"""The training operator: off unless asked for, what it is told, and that there are never two of it."""

from typing import Any

import pytest

from components.settings_base import SettingsError
from tests.support.render import MINIMAL, Object, Rendered, render

CONFIGURATION = "validator.training-operator.kubeflow.org"
JOBS = ("jaxjobs", "mpijobs", "paddlejobs", "pytorchjobs", "tfjobs", "xgboostjobs")


def operator(**settings: Any) -> Rendered:  # noqa: ANN401 - whatever a stack file may hold
    """A stack with the operator, whose API server reaches webhooks."""
    return render(MINIMAL, webhooks=True, trainingOperator={"enabled": True, **settings})


def deployed(rendered: Rendered) -> Object:
    return rendered.get("Deployment", "training-operator")["spec"]


def program(rendered: Rendered) -> Object:
    (only,) = deployed(rendered)["template"]["spec"]["containers"]
    return only


def test_without_being_asked_for_nothing_of_it_is_there() -> None:
    rendered = render(MINIMAL)
    assert "training-operator" not in rendered.names("Deployment")
    assert not {f"{plural}.kubeflow.org" for plural in JOBS} & rendered.names("CustomResourceDefinition")


def test_it_is_there_with_every_type_of_job_when_asked_for() -> None:
    rendered = operator()
    assert {f"{plural}.kubeflow.org" for plural in JOBS} <= rendered.names("CustomResourceDefinition")
    # Its own default: every type.
    assert not [flag for flag in program(rendered)["args"] if flag.startswith("--enable-scheme")]


def test_there_are_never_two_of_it_since_it_elects_no_leader() -> None:
    spec = deployed(operator())
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert "--leader-elect" not in program(operator())["args"]
    with pytest.raises(SettingsError, match=r"trainingOperator\.operator\.replicas: found 2.*at most 1"):
        operator(operator={"replicas": 2})


def test_it_starts_after_its_types_its_rights_and_its_secret() -> None:
    first = operator().before("Deployment", "training-operator")
    types = {f"CustomResourceDefinition/{plural}.kubeflow.org" for plural in JOBS}
    assert types <= first
    assert {"ClusterRoleBinding/training-operator", "Secret/training-operator-webhook-cert"} <= first


def test_it_fills_its_secret_itself() -> None:
    rendered = operator()
    secret = rendered.get("Secret", "training-operator-webhook-cert")
    assert not {"data", "stringData"} & set(secret)
    (volume,) = deployed(rendered)["template"]["spec"]["volumes"]
    assert volume["secret"]["secretName"] == "training-operator-webhook-cert"
    assert program(rendered)["volumeMounts"][0]["mountPath"] == "/tmp/k8s-webhook-server/serving-certs"
    # It names its certificate by the namespace that it reads there.
    assert {"MY_POD_NAMESPACE", "MY_POD_NAME"} <= {one["name"] for one in program(rendered)["env"]}


def test_each_type_but_mpi_jobs_is_checked_by_a_webhook_of_its_own() -> None:
    hooks = operator().get("ValidatingWebhookConfiguration", CONFIGURATION)["webhooks"]
    assert {hook["rules"][0]["resources"][0] for hook in hooks} == set(JOBS) - {"mpijobs"}
    for hook in hooks:
        assert "caBundle" not in hook["clientConfig"]
        assert hook["clientConfig"]["service"]["path"].endswith(hook["rules"][0]["resources"][0][:-1])


def test_a_type_can_be_switched_off_without_deleting_its_jobs() -> None:
    rendered = operator(jobTypes=["TFJob", "MPIJob"])
    schemes = [flag for flag in program(rendered)["args"] if flag.startswith("--enable-scheme")]
    assert schemes == ["--enable-scheme=TFJob", "--enable-scheme=MPIJob"]
    assert "pytorchjobs.kubeflow.org" in rendered.names("CustomResourceDefinition")
    # Nobody answers it: a new PyTorchJob is refused rather than forgotten.
    hooks = rendered.get("ValidatingWebhookConfiguration", CONFIGURATION)["webhooks"]
    assert "validator.pytorchjob.training-operator.kubeflow.org" in [hook["name"] for hook in hooks]


def test_gang_scheduling_and_a_single_namespace_are_flags() -> None:
    flags = program(operator(gangScheduler="volcano", namespace="research"))["args"]
    assert "--gang-scheduler-name=volcano" in flags
    assert "--namespace=research" in flags
    unset = program(operator())["args"]
    assert not [flag for flag in unset if flag.startswith(("--gang-scheduler-name", "--namespace"))]


def test_what_it_puts_before_the_programs_of_jobs_is_pinned_and_known_to_the_platform() -> None:
    rendered = operator(mpiKubectlImage="registry.example.com/kubectl:1")
    flags = program(rendered)["args"]
    assert "--mpi-kubectl-delivery-image=registry.example.com/kubectl:1" in flags
    assert "registry.example.com/kubectl:1" in rendered.outputs["images"]
    (waiting,) = [flag for flag in flags if flag.startswith("--pytorch-init-container-image=")]
    assert waiting.partition("=")[2] in rendered.outputs["images"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"jobTypes": []}, "jobTypes"),
        ({"jobTypes": ["TFJob", "TFJob"]}, "TFJob stands there more than once"),
        ({"jobTypes": ["tfjob"]}, "jobTypes.*found 'tfjob'.*'PyTorchJob'"),
        ({"gangScheduler": "My Scheduler"}, "gangScheduler.*'My Scheduler'"),
        ({"namespace": "Research"}, "namespace.*'Research'.*DNS label"),
        ({"mpiKubectlImage": "kubectl:latest"}, "mpiKubectlImage.*'latest'"),
        ({"scheme": "TFJob"}, "unknown key"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=rf"slipway:components\.trainingOperator.*{message}"):
        operator(**settings)
