"""Clusters that run some images and not others: what is registered and installed there, and what is not."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from components.contracts import Capabilities
from components.kube.pulling import ImageSource, pulling
from components.kubeflow.serving import Serving, ServingArgs, ServingSettings
from components.kubeflow.trainer import Trainer, TrainerArgs, TrainerSettings
from components.settings_base import SettingsError
from components.versions import Charts, JobSet, KServe, MetricsProxy
from components.versions import Trainer as TrainerImages
from tests.addons.charts import installed
from tests.support.alone import Surroundings, declare
from tests.support.render import Rendered

BOTH = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
JOB_SETS = {"jobset-mutating-webhook-configuration", "jobset-validating-webhook-configuration"}
TRAINER = {"defaulter.trainer.kubeflow.org", "validator.trainer.kubeflow.org"}
CERT_MANAGER = Charts.CERT_MANAGER.images


def running(*images: str) -> Capabilities:
    """A cluster on which nothing else runs."""
    return Capabilities(images=images, load_balancer=False, serves_pages=False)


def webhooks(rendered: Rendered) -> set[str]:
    return {name for kind in BOTH for name in rendered.names(kind)}


def trainer(capabilities: Capabilities, **settings: object) -> Rendered:
    def build(given: Surroundings) -> None:
        args = TrainerArgs(
            settings=TrainerSettings.model_validate(settings),
            namespaces=given.namespaces,
            capabilities=capabilities,
        )
        Trainer("trainer", args)

    return declare(build)


def serving(capabilities: Capabilities, **settings: object) -> Rendered:
    def build(given: Surroundings) -> None:
        args = ServingArgs(
            settings=ServingSettings.model_validate(settings),
            namespaces=given.namespaces,
            mesh=given.mesh,
            identity=given.identity,
            certificates=given.certificates,
            capabilities=capabilities,
        )
        Serving("serving", args)

    return declare(build)


def test_a_webhook_is_registered_where_the_image_that_answers_it_runs() -> None:
    assert webhooks(trainer(running(JobSet.CONTROLLER))) == JOB_SETS
    assert webhooks(trainer(running(TrainerImages.CONTROLLER))) == TRAINER
    assert webhooks(trainer(running(JobSet.CONTROLLER, TrainerImages.CONTROLLER))) == JOB_SETS | TRAINER


def test_nothing_is_registered_where_nothing_runs() -> None:
    assert not webhooks(trainer(running()))


def test_a_webhook_that_another_image_answers_is_not_registered() -> None:
    can = running(JobSet.CONTROLLER, TrainerImages.CONTROLLER)
    rendered = trainer(can, jobSet={"image": "registry.example.com/jobset:v0.11.0"})
    assert webhooks(rendered) == TRAINER


def test_an_image_from_a_mirror_is_another_one() -> None:
    with pulling(ImageSource(mirror="registry.example.com/mirror")):
        assert not webhooks(trainer(running(JobSet.CONTROLLER, TrainerImages.CONTROLLER)))
        assert webhooks(trainer(running(f"registry.example.com/mirror/{JobSet.CONTROLLER}"))) == JOB_SETS


def test_a_pod_answers_where_all_of_its_containers_run() -> None:
    name = "inferenceservice.serving.kserve.io"
    assert name not in webhooks(serving(running(KServe.CONTROLLER)))
    assert name in webhooks(serving(running(KServe.CONTROLLER, MetricsProxy.KUBE_RBAC_PROXY)))
    assert name in webhooks(serving(running(KServe.CONTROLLER), controller={"metrics": False}))


@pytest.mark.parametrize("runs", [True, False])
def test_versions_are_converted_by_a_program_that_runs(runs: bool) -> None:
    rendered = serving(running(*([KServe.LLM_CONTROLLER] if runs else [])))
    types = rendered.of("CustomResourceDefinition")
    assert bool([one for one in types if "conversion" in one["spec"]]) == runs


def test_no_webhook_is_registered_that_the_api_server_cannot_reach() -> None:
    can = Capabilities(images="all", load_balancer=True, serves_pages=True, reaches_pods=False)
    assert not webhooks(trainer(can))
    assert webhooks(trainer(replace(can, reaches_pods=True))) == JOB_SETS | TRAINER


def test_a_chart_is_installed_where_all_of_its_images_run() -> None:
    assert installed(capabilities=running(*CERT_MANAGER)).charts.keys() == {"cert-manager"}
    assert installed(capabilities=running(*CERT_MANAGER[1:])).charts == {}


def test_archives_are_looked_for_of_charts_that_are_installed() -> None:
    nowhere: Mapping[str, Any] = {"source": {"kind": "folder", "path": "nowhere", "checksums": {}}}
    assert installed(nowhere, capabilities=running()).charts == {}
    with pytest.raises(SettingsError, match="which is not a folder"):
        installed(nowhere, capabilities=running(*CERT_MANAGER))


def test_who_asks_for_no_image_asks_whether_all_run() -> None:
    assert not running(JobSet.CONTROLLER).runs()
    assert Capabilities(images="all", load_balancer=True, serves_pages=True).runs()
