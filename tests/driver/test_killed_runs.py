"""A run that is killed at any moment: the next one finishes by itself, nothing lost, nothing doubled.

Moments are counted in objects that the engine has reported, and drawn with a fixed seed, so that they spread
over the run and stay the same.
"""

import random
import time
from collections.abc import Callable
from contextlib import suppress

import psutil
import pytest

from simulator import cluster
from simulator.cluster.processes import find as cluster_processes
from simulator.driver import processes
from tests.driver.whole import assert_whole, small
from tests.support.project import StackCopy, processes_of, stack

pytestmark = pytest.mark.engine

Target = Callable[[StackCopy], psutil.Process | None]


def engine(copy: StackCopy) -> psutil.Process | None:
    return next(iter(processes.engines(processes.marked(f"{copy.project.home}:{copy.name}"))), None)


def plugin(copy: StackCopy) -> psutil.Process | None:
    for process in processes_of(copy.project):
        with suppress(psutil.NoSuchProcess):
            if any("simulator.kubernetes" in argument for argument in process.cmdline()):
                return process
    return None


def api_server(copy: StackCopy) -> psutil.Process | None:
    pid = cluster.status(copy.cluster).processes.get("kube-apiserver")
    return psutil.Process(pid) if pid else None


TARGETS: dict[str, Target] = {"engine": engine, "plugin": plugin, "API server": api_server}

_RANDOM = random.Random(20261121)
MOMENTS = [(list(TARGETS)[index % 3], _RANDOM.randint(1, 55)) for index in range(6)]


def killed_up(copy: StackCopy, target: Target, moment: int) -> int:
    """Bring the stack up, kill the target once that many objects are done, and return the exit status."""
    with copy.start("up") as process:
        assert process.stdout
        done, victim = 0, None
        for line in process.stdout:
            done += any(word in line for word in (" created (", " updated (", " deleted ("))
            if done >= moment and victim is None:
                victim = target(copy)
                assert victim, f"there was nothing to kill after {done} objects"
                victim.kill()
    assert victim, f"the run ended after {done} objects"
    return process.returncode


@pytest.mark.parametrize(("target", "moment"), MOMENTS)
def test_the_next_up_finishes_what_a_killed_one_began(target: str, moment: int, running: StackCopy) -> None:
    before = running.resources()
    components = not any("dashboard" in resource["urn"] for resource in before)
    running.project.write_stack("local", small(components=components))
    assert killed_up(running, TARGETS[target], moment) != 0
    again = running.up()
    assert again.status == 0, again.output
    assert (len(running.resources()) > len(before)) == components
    assert_whole(running)


def test_a_first_run_that_is_killed_begins_again_from_nothing() -> None:
    with stack(small(components=True)) as copy:
        assert killed_up(copy, engine, 40) != 0
        before = cluster.status(copy.cluster).identifier
        assert before
        assert not [one for one in copy.resources() if one["type"].startswith("kubernetes:")]
        again = copy.up()
        assert again.status == 0, again.output
        assert "begins again from nothing" in again.output
        assert cluster.status(copy.cluster).identifier != before
        assert_whole(copy)


def test_a_first_run_that_fails_keeps_what_it_has_made() -> None:
    with stack(small(components=True)) as copy:
        assert killed_up(copy, plugin, 40) != 0
        kept = {
            one["urn"]: one.get("id") for one in copy.resources() if one["type"].startswith("kubernetes:")
        }
        assert len(kept) > 20
        again = copy.up()
        assert again.status == 0, again.output
        assert "begins again from nothing" not in again.output
        assert kept.items() <= {one["urn"]: one.get("id") for one in copy.resources()}.items()
        assert_whole(copy)


def test_an_engine_that_is_killed_while_it_makes_the_cluster_leaves_one_cluster_and_down_leaves_none() -> (
    None
):
    with stack(small(components=False)) as copy:
        with copy.start("up") as process:
            while not cluster_processes(copy.cluster):
                assert process.poll() is None
                time.sleep(0.02)
            victim = engine(copy)
            assert victim
            victim.kill()
        again = copy.up()
        assert again.status == 0, again.output
        assert "begins again from nothing" in again.output
        assert len(cluster_processes(copy.cluster)) == len(cluster.status(copy.cluster).processes) == 5
        assert_whole(copy)

        assert copy.check().status == 1
        with copy.start("down") as process:
            assert process.stdout
            assert next(line for line in process.stdout if line.startswith("Destroying"))
            victim = engine(copy)
            assert victim
            victim.kill()
            process.stdout.read()
        assert process.returncode != 0
        assert copy.check().status == 1
        # The moment after the cluster has gone, and before that is in the state.
        cluster.delete(copy.cluster)
        again = copy.down()
        assert again.status == 0, again.output
        counted = copy.check()
        assert counted.status == 0
        assert [line.split()[1] for line in counted.output.splitlines()[1:]] == ["0"] * 4
        assert processes_of(copy.project) == []
        assert not copy.project.home.exists()
        assert copy.down().status == 0
