"""docs/frameworks.md names what the program renders, and covers what has to be covered."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.clients.environments import CLIENTS, LOCKED
from tests.support.project import ROOT
from tests.support.render import MINIMAL, Rendered, render

PAGE = (ROOT / "docs" / "frameworks.md").read_text(encoding="utf-8")
COVERED = ("PyTorch", "TensorFlow", "XGBoost", "scikit-learn")
AREAS: tuple[str, ...] = ("notebooks", "training", "tuning", "serving")
# Model formats that a framework goes by (kserve v0.18.0, config/runtimes).
FORMATS = {
    "PyTorch": "pytorch",
    "TensorFlow": "tensorflow",
    "XGBoost": "xgboost",
    "scikit-learn": "sklearn",
    "Hugging Face": "huggingface",
}


def rows(first: str) -> list[list[str]]:
    """The cells of the table on the page whose head begins with a word."""
    table = re.search(rf"^\| {first} .*\n\|---.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert table, f"no table of {first}"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1].splitlines()]


def named(cell: str) -> set[str]:
    """The names in a cell."""
    return set(re.findall(r"`([^`]+)`", cell))


TABLE: dict[str, dict[str, set[str]]] = {
    row[0]: dict(zip(AREAS, map(named, row[1:]), strict=True)) for row in rows("framework")
}


@pytest.fixture(scope="module")
def rendered() -> Rendered:
    """All that can be named."""
    return render(notebooks={}, katib={}, trainer={}, trainingOperator={"enabled": True}, serving={})


def images(rendered: Rendered) -> set[str]:
    """The images of notebooks in the form, by their last names."""
    form = yaml.safe_load(
        rendered.get("ConfigMap", "jupyter-web-app-config")["data"]["spawner_ui_config.yaml"]
    )
    offered: list[str] = form["spawnerFormDefaults"]["image"]["options"]
    return {image.rpartition("/")[2].partition(":")[0] for image in offered}


def training(rendered: Rendered) -> set[str]:
    """The runtimes of Trainer, and the kinds of jobs of the training operator."""
    kinds = {one["spec"]["names"]["kind"] for one in rendered.of("CustomResourceDefinition")}
    return rendered.names("ClusterTrainingRuntime") | {kind for kind in kinds if kind.endswith("Job")}


def trials(rendered: Rendered) -> set[str]:
    """The kinds that Katib runs trials with."""
    config = yaml.safe_load(rendered.get("ConfigMap", "katib-config")["data"]["katib-config.yaml"])
    return {one.partition(".")[0] for one in config["init"]["controller"]["trialResources"]}


def servers(rendered: Rendered) -> set[str]:
    """The serving runtimes."""
    return rendered.names("ClusterServingRuntime")


RENDERED: dict[str, Callable[[Rendered], set[str]]] = {
    "notebooks": images,
    "training": training,
    "tuning": trials,
    "serving": servers,
}


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("framework", TABLE)
def test_whatever_is_named_is_rendered(rendered: Rendered, framework: str, area: str) -> None:
    assert TABLE[framework][area] <= RENDERED[area](rendered)


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("framework", COVERED)
def test_the_four_frameworks_are_covered_everywhere(framework: str, area: str) -> None:
    assert TABLE[framework][area]


def test_every_runtime_for_training_and_for_these_models_is_named(rendered: Rendered) -> None:
    told = set[str]().union(*(row["training"] for row in TABLE.values()))
    assert rendered.names("ClusterTrainingRuntime") <= told
    for framework, model_format in FORMATS.items():
        able = {
            runtime["metadata"]["name"]
            for runtime in rendered.of("ClusterServingRuntime")
            if model_format in {one["name"] for one in runtime["spec"]["supportedModelFormats"]}
        }
        assert TABLE[framework]["serving"] == able


def test_a_framework_without_a_name_says_none() -> None:
    for row in rows("framework"):
        for cell in row[1:]:
            assert named(cell) or cell == "none"


def test_the_runtime_that_the_page_writes_out_is_rendered_for_tensorflow() -> None:
    (written,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    settings: dict[str, Any] = yaml.safe_load(written)["slipway:components"]
    runtime = render(MINIMAL, **settings).get("ClusterTrainingRuntime", "tensorflow")
    assert runtime["metadata"]["labels"]["trainer.kubeflow.org/framework"] == "tensorflow"


def test_the_clients_are_those_that_the_tests_use() -> None:
    locks = "\n".join((LOCKED / f"{client}.txt").read_text(encoding="utf-8") for client in CLIENTS)
    clients = rows("client")
    assert len(clients) == len(CLIENTS)
    for name, version, *_ in clients:
        assert f"{name.strip('`')}=={version} " in locks
