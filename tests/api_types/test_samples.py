"""What users write: accepted where it is right, refused with a clear word where it is wrong."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.support.cluster import TestCluster
from tests.support.validation import strict_errors

from .samples import Sample, samples

Verdict = Callable[[Sample], str]

USERS_WRITE = {
    "ClusterTrainingRuntime",
    "Experiment",
    "Gateway",
    "HTTPRoute",
    "InferenceGraph",
    "InferenceService",
    "LLMInferenceService",
    "Notebook",
    "PVCViewer",
    "PodDefault",
    "Profile",
    "PyTorchJob",
    "ScheduledWorkflow",
    "ServingRuntime",
    "SparkApplication",
    "Tensorboard",
    "TrainJob",
    "Workflow",
}


def test_every_kind_that_users_write_has_three_good_and_three_bad_samples() -> None:
    for sort in ("good", "bad"):
        counted = Counter(str(sample.content["kind"]) for sample in samples(sort))
        assert counted.keys() == USERS_WRITE
        assert [kind for kind, count in counted.items() if count < 3] == []


@pytest.mark.parametrize("kind", sorted(USERS_WRITE))
def test_bad_samples_hold_a_missing_a_misspelt_and_a_wrong_value(kind: str) -> None:
    refusals = [sample.refusal for sample in samples("bad") if sample.content["kind"] == kind]
    for words in (("Required value",), ("unknown field",), ("Invalid value", "Unsupported value")):
        assert any(word in refusal for refusal in refusals for word in words), words


@pytest.mark.parametrize("sample", samples("good", "rule"), ids=str)
def test_a_good_sample_has_no_error(sample: Sample) -> None:
    assert strict_errors(sample.content) == []


@pytest.mark.parametrize("sample", samples("bad"), ids=str)
def test_a_bad_sample_has_its_one_error(sample: Sample) -> None:
    (error,) = strict_errors(sample.content)
    assert sample.refusal in error


@pytest.mark.engine
@pytest.mark.parametrize("sample", samples("good"), ids=str)
def test_an_api_server_accepts_a_good_sample(sample: Sample, verdict: Verdict) -> None:
    assert verdict(sample) == ""


@pytest.mark.engine
@pytest.mark.parametrize("sample", samples("bad", "rule"), ids=str)
def test_an_api_server_refuses_a_bad_sample_in_the_same_words(sample: Sample, verdict: Verdict) -> None:
    assert sample.refusal in verdict(sample)


@pytest.mark.engine
def test_an_api_server_and_the_offline_check_agree_on_every_sample(verdict: Verdict) -> None:
    disagreed = [
        sample.name
        for sample in samples("good", "bad")
        if bool(verdict(sample)) != bool(strict_errors(sample.content))
    ]
    assert disagreed == []


@pytest.mark.engine
def test_a_train_job_cannot_change_its_runtime(types: TestCluster) -> None:
    (sample,) = (one for one in samples("good") if one.name == "train-job/good-torch")
    types.apply({**sample.content, "metadata": {"name": "resnet", "namespace": "default"}})
    patch = '{"spec": {"runtimeRef": {"name": "another"}}}'
    arguments = ("patch", "trainjob", "resnet", "--type=merge", f"--patch={patch}")
    refused = types.kubectl(*arguments, check=False).stderr
    assert "spec.runtimeRef: Invalid value" in refused
    assert "the field cannot be changed" in refused
