"""The walk of docs/live.md, its commands as they are written there, in a shell as a newcomer has one."""

import re
from collections.abc import Generator

import pytest

from tests.live.platform import STACK, LivePlatform
from tests.support.project import ROOT, StackCopy

_SECTION = (
    (ROOT / "docs" / "live.md")
    .read_text(encoding="utf-8")
    .split("\n## From nothing to a trained model\n")[1]
    .split("\n## ")[0]
)
_UP, _TRAIN, _WRONG = re.findall(r"```sh\n(.*?)```", _SECTION, re.DOTALL)
(_MANIFEST,) = re.findall(r"```yaml\n(.*?)```", _SECTION, re.DOTALL)
_FILE = "digits.yaml"
# That of ten digits by chance, ln 10, is 2.3.
_LEARNT = 0.5


@pytest.fixture(scope="module")
def stack(platform: LivePlatform) -> Generator[StackCopy]:
    """The platform's stack, whose shells are prepared as the page says, with the page's file beside it."""
    file = platform.stack.project.root / _FILE
    file.write_text(_MANIFEST, encoding="utf-8")
    yield platform.stack
    platform.stack.shell(f"kubectl delete -f {_FILE} --wait=false")
    file.unlink()


@pytest.fixture(scope="module")
def trained(stack: StackCopy) -> str:
    """What the page's commands print, from applying the job to its logs."""
    done = stack.shell(_TRAIN)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_page_brings_up_the_platform_of_these_tests() -> None:
    assert f"make up STACK={STACK}\n" in _UP
    assert f'eval "$(make -s env STACK={STACK})"\n' in _UP


def test_the_real_node_is_named_as_the_page_names_it(stack: StackCopy) -> None:
    (name,) = re.findall(r"The node\s`(.*?)`\sis\sthe\sreal\sone", _SECTION)
    assert " Ready " in stack.kubectl("get", "node", name)


def test_a_newcomer_sees_the_loss_fall(trained: str) -> None:
    losses = [float(loss) for loss in re.findall(r"epoch \d: loss ([\d.]+)$", trained, re.MULTILINE)]
    assert len(losses) == 5
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < _LEARNT < losses[0]


def test_two_processes_have_learnt_the_same(trained: str) -> None:
    said = r"\[pod/digits-node-0-(\d)-.*\] process (\d) of 2 has weights (-?[\d.]+)$"
    ends = re.findall(said, trained, re.MULTILINE)
    assert {(pod, process) for pod, process, _ in ends} == {("0", "0"), ("1", "1")}
    assert len({weights for *_, weights in ends}) == 1


def test_the_job_became_what_the_page_says(trained: str) -> None:
    for one in ("trainjob.trainer.kubeflow.org/digits", "jobset.jobset.x-k8s.io/digits", "job.batch/digits"):
        assert one in trained


def test_what_the_page_writes_wrong_is_refused_by_the_webhook(stack: StackCopy) -> None:
    done = stack.shell(_WRONG)
    assert done.returncode != 0
    assert "validator.trainjob.trainer.kubeflow.org" in done.stderr
