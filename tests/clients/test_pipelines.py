"""Pipelines as a data scientist writes them, compiled by `kfp`."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.clients.running import PROGRAMS, run

# It needs no cluster, but the environment of `kfp`, which is made where it is not there.
pytestmark = pytest.mark.engine
CLIENT = "kfp"


@pytest.fixture(scope="module")
def compiled(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled pipeline."""
    folder = tmp_path_factory.mktemp("pipeline")
    done = run(folder, python, PROGRAMS / "compile_pipeline.py", "pipeline.yaml")
    assert done.status == 0, done.told
    return folder / "pipeline.yaml"


@pytest.fixture(scope="module")
def read(python: Path, compiled: Path) -> dict[str, Any]:
    """The pipeline as the API server reads it."""
    return run(compiled.parent, python, PROGRAMS / "read_pipeline.py", compiled).answer


def test_a_step_asks_for_accelerators_and_tolerates_the_taint_of_their_nodes(read: dict[str, Any]) -> None:
    executor = read["pipeline"]["deploymentSpec"]["executors"]["exec-train"]["container"]
    assert executor["image"] == "team/network:2.1"
    assert executor["resources"] == {
        "resourceCpuRequest": "4",
        "cpuRequest": 4.0,
        "resourceMemoryLimit": "32G",
        "memoryLimit": 32.0,
        "accelerator": {
            "type": "nvidia.com/gpu",
            "resourceType": "nvidia.com/gpu",
            "count": "2",
            "resourceCount": "2",
        },
    }
    placed = read["platform"]["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    assert placed == {
        "exec-train": {
            "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
        }
    }


def test_the_loop_runs_over_what_a_step_found_and_not_all_at_once(read: dict[str, Any]) -> None:
    loop = read["pipeline"]["root"]["dag"]["tasks"]["for-loop-1"]
    assert loop["dependentTasks"] == ["split"]
    assert loop["iteratorPolicy"] == {"parallelismLimit": 2}
    over = loop["inputs"]["parameters"][loop["parameterIterator"]["items"]["inputParameter"]]
    assert over["taskOutputParameter"]["producerTask"] == "split"


def test_the_condition_asks_for_the_best_of_all_turns(read: dict[str, Any]) -> None:
    tasks = read["pipeline"]["root"]["dag"]["tasks"]
    assert tasks["best"]["dependentTasks"] == ["for-loop-1"]
    assert tasks["condition-2"]["dependentTasks"] == ["best"]
    asked = tasks["condition-2"]["triggerPolicy"]["condition"]
    assert "best-Output'] > inputs" in asked
    assert asked.endswith("threshold']")


def test_the_pipeline_is_one_that_the_api_server_takes(read: dict[str, Any]) -> None:
    assert read["pipeline"]["schemaVersion"] == "2.1.0"
    assert read["pipeline"]["pipelineInfo"]["name"] == "train-and-publish"
    assert read["pipeline"]["root"]["inputDefinitions"]["parameters"]["parts"]["defaultValue"] == 3.0


def test_a_field_that_the_release_does_not_know_is_refused(
    compiled: Path, python: Path, tmp_path: Path
) -> None:
    described, placed = yaml.safe_load_all(compiled.read_text(encoding="utf-8"))
    described["root"]["dag"]["tasks"]["best"]["cachingOption"] = {"enableCache": False}
    changed = tmp_path / "pipeline.yaml"
    changed.write_text(yaml.safe_dump_all([described, placed]), encoding="utf-8")
    refusal = run(tmp_path, python, PROGRAMS / "read_pipeline.py", changed).refusal
    assert 'no field named "cachingOption"' in refusal


@pytest.mark.parametrize(
    ("which", "says"),
    [
        ("number_for_text", "Argument type 'NUMBER_INTEGER' is incompatible with the input type 'STRING'"),
        ("input_missing", "missing 1 required argument: rate"),
        ("memory_without_amount", "Invalid memory string"),
    ],
)
def test_a_pipeline_that_does_not_fit_together_is_refused(
    python: Path, tmp_path: Path, which: str, says: str
) -> None:
    refusal = run(tmp_path, python, PROGRAMS / "refused_pipeline.py", which, "pipeline.yaml").refusal
    assert says in refusal
    assert not (tmp_path / "pipeline.yaml").exists()
