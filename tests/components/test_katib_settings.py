"""Katib's configuration: what experiments may use, and what a stack may not say."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from components.kubeflow.katib import KatibSettings
from tests.components.katib import by_default, config, declared, suggestions

ALGORITHMS = {
    "random",
    "tpe",
    "grid",
    "hyperband",
    "bayesianoptimization",
    "cmaes",
    "sobol",
    "multivariate-tpe",
    "enas",
    "darts",
    "pbt",
}


def templates(given: Mapping[str, object] | None = None, *, kinds: tuple[str, ...] = ()) -> dict[str, Any]:
    data = declared(kinds=kinds, trialTemplates=given or {}).get("ConfigMap", "trial-templates")["data"]
    return {name: yaml.safe_load(text) for name, text in data.items()}


def refused(match: str, **settings: object) -> None:
    with pytest.raises(ValidationError, match=match):
        KatibSettings.model_validate(settings)


def test_every_algorithm_of_katib_is_there_with_an_image() -> None:
    found = suggestions(by_default())
    assert set(found) == ALGORITHMS
    assert all(one["image"] for one in found.values())
    (stopping,) = config(by_default())["runtime"]["earlyStoppings"]
    assert stopping["algorithmName"] == "medianstop"


def test_an_algorithm_that_is_off_is_not_offered() -> None:
    assert set(suggestions(declared(suggestions={"pbt": {"enabled": False}}))) == ALGORITHMS - {"pbt"}


def test_a_stack_that_says_one_thing_of_an_algorithm_keeps_the_rest() -> None:
    found = suggestions(declared(suggestions={"enas": {"resources": {"limits": {"cpu": 2}}}}))
    assert found["enas"]["resources"] == {"limits": {"cpu": "2", "memory": "400Mi"}}
    assert set(found) == ALGORITHMS


def test_an_algorithm_of_ones_own_is_offered_beside_the_others() -> None:
    found = suggestions(declared(suggestions={"ours": {"image": "registry.example.com/ours:3"}}))
    assert found["ours"]["image"] == "registry.example.com/ours:3"
    assert set(found) == {*ALGORITHMS, "ours"}


def test_algorithms_run_as_no_root_but_for_the_one_that_shares_a_volume() -> None:
    found = suggestions(by_default())
    assert found["random"]["securityContext"]["runAsUser"] == 1000
    assert "runAsUser" not in found["pbt"]["securityContext"]
    assert all(one["securityContext"]["capabilities"] == {"drop": ["ALL"]} for one in found.values())


def test_a_volume_is_asked_for_as_the_stack_says() -> None:
    volume = {"size": "20Gi", "accessMode": "ReadWriteMany", "storageClass": "files"}
    found = suggestions(declared(suggestions={"cmaes": {"volume": volume}}))
    assert found["cmaes"]["persistentVolumeClaimSpec"] == {
        "accessModes": ["ReadWriteMany"],
        "resources": {"requests": {"storage": "20Gi"}},
        "storageClassName": "files",
    }
    assert "persistentVolumeClaimSpec" not in found["random"]


def test_no_limit_is_written_as_katib_reads_it() -> None:
    found = suggestions(declared(suggestions={"tpe": {"resources": {"limits": {"ephemeralStorage": None}}}}))
    assert found["tpe"]["resources"] == {"limits": {"ephemeral-storage": "-1"}}


def test_collectors_wait_for_the_training_program_and_not_for_the_sidecar_of_the_mesh() -> None:
    collectors = {one["kind"]: one for one in config(by_default())["runtime"]["metricsCollectors"]}
    assert set(collectors) == {"StdOut", "File", "TensorFlowEvent"}
    assert all(one["waitAllProcesses"] is False for one in collectors.values())


def test_the_web_app_finds_the_templates_by_their_label() -> None:
    labels = by_default().get("ConfigMap", "trial-templates")["metadata"]["labels"]
    assert labels["katib.kubeflow.org/component"] == "trial-templates"


def test_templates_of_kinds_that_a_stack_has_not_are_not_offered() -> None:
    assert {one["kind"] for one in templates().values()} == {"Job"}
    assert templates(kinds=("TrainJob",))["trainJobTemplate"]["kind"] == "TrainJob"
    assert "pytorchJobTemplate" in templates(kinds=("PyTorchJob",))


@pytest.mark.parametrize("name", ["enasCPUTemplate", "dartsCPUTemplate"])
def test_an_architecture_put_into_a_template_leaves_it_a_command(name: str) -> None:
    """As the controller does it: plain text, in which ENAS and DARTS write single quotes for double ones."""
    value = "{'num_layers': '2', 'embedding': {'0': {'opt_id': 0, 'opt_type': 'conv: 3x3'}}}"
    text = by_default().get("ConfigMap", "trial-templates")["data"][name]
    for parameter in {part.split("}")[0] for part in text.split("${trialParameters.")[1:]}:
        text = text.replace(f"${{trialParameters.{parameter}}}", value)
    command = yaml.safe_load(text)["spec"]["template"]["spec"]["containers"][0]["command"]
    assert all(isinstance(word, str) for word in command)
    assert any(word.endswith(f'="{value}"') for word in command)


def test_jobs_of_templates_have_no_sidecar_that_would_keep_them_from_ending() -> None:
    job = templates()["defaultTrialTemplate.yaml"]
    assert job["spec"]["template"]["metadata"]["labels"]["sidecar.istio.io/inject"] == "false"


def test_a_template_of_ones_own_is_offered() -> None:
    ours = "apiVersion: batch/v1\nkind: Job\nspec: {}\n"
    offered = templates({"standard": False, "additional": {"ours.yaml": ours}})
    assert offered == {"ours.yaml": {"apiVersion": "batch/v1", "kind": "Job", "spec": {}}}


def test_a_template_of_a_kind_that_runs_no_trials_is_refused_until_it_is_added() -> None:
    workflow = {"ours": "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\n"}
    refused("Workflow.v1alpha1.argoproj.io, which no trial can be", trialTemplates={"additional": workflow})
    kind = {"kind": "Workflow", "group": "argoproj.io", "version": "v1alpha1", "plural": "workflows"}
    added = KatibSettings.model_validate(
        {"trialTemplates": {"additional": workflow}, "trialResources": [kind]}
    )
    assert "ours" in added.trial_templates.additional


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [", "is no YAML"),
        ("just text", "needs apiVersion and kind"),
        ("{apiVersion: batch/v1, kind: Job, metadata: {name: mine}}", "belong to each trial"),
    ],
)
def test_what_the_controller_would_refuse_as_a_template_is_refused(text: str, reason: str) -> None:
    refused(reason, trialTemplates={"additional": {"ours": text}})


def test_an_algorithm_that_is_unknown_and_has_no_image_is_refused() -> None:
    refused("'rando' is none of Katib's own .*multivariate-tpe", suggestions={"rando": {}})
    refused("'meanstop' is none of Katib's own", earlyStopping={"meanstop": {}})


def test_a_request_above_its_limit_is_refused() -> None:
    refused(
        "requests.memory '200Mi' is above limits.memory '100Mi'",
        suggestions={"random": {"resources": {"requests": {"memory": "200Mi"}}}},
    )


def test_a_misspelt_collector_and_one_without_a_program_are_refused() -> None:
    refused("'Stdout' is no kind of metrics collector; allowed: StdOut", metricsCollectors={"Stdout": {}})
    refused("'PrometheusMetric' needs an image", metricsCollectors={"PrometheusMetric": {}})


def test_an_image_without_a_tag_is_refused() -> None:
    refused("is not pinned", suggestions={"random": {"image": "registry.example.com/random"}})


def test_a_kind_that_katib_has_already_is_refused() -> None:
    job = {"kind": "Job", "group": "batch", "version": "v1", "plural": "jobs"}
    refused("Job.v1.batch stands there more than once", trialResources=[job])
