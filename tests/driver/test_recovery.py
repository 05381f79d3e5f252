"""What breaks between two runs is put in order by the next: the cluster, the state, the run itself."""

import os
import re
import shutil
import signal

import psutil
import pytest

from simulator import cluster
from simulator.cluster.processes import find as cluster_processes
from simulator.driver import processes
from tests.driver.whole import assert_whole, small
from tests.support.project import StackCopy, processes_of, project

pytestmark = pytest.mark.engine


def kill_cluster(copy: StackCopy) -> None:
    victims = cluster_processes(copy.cluster)
    for victim in victims:
        victim.kill()
    psutil.wait_procs(victims)
    assert not cluster.status(copy.cluster).serves


def test_a_preview_starts_a_cluster_that_has_died_and_finds_nothing_to_do(running: StackCopy) -> None:
    identifier = cluster.status(running.cluster).identifier
    kill_cluster(running)
    preview = running.preview()
    assert preview.status == 0, preview.output
    assert "started the simulated cluster again" in preview.output
    assert re.findall(r"^    (.*\d+ .*)", preview.output.partition("Resources:")[2], re.MULTILINE) == [
        f"{len(running.resources()) - 1} unchanged"
    ]
    assert cluster.status(running.cluster).identifier == identifier


def test_a_state_that_was_cut_off_is_restored_and_brought_up_to_date(running: StackCopy) -> None:
    whole = running.state.read_bytes()
    running.state.write_bytes(whole[: len(whole) // 2])
    again = running.up()
    assert again.status == 0, again.output
    assert "the state could not be read and was restored from local.json.bak" in again.output
    assert_whole(running)


def test_a_cluster_that_is_gone_is_made_anew_by_up_only(running: StackCopy) -> None:
    identifier = cluster.status(running.cluster).identifier
    kill_cluster(running)
    shutil.rmtree(running.cluster)
    preview = running.preview()
    assert preview.status == 1
    assert preview.output.count("error:") == 1
    assert "is gone, with its data" in preview.output
    again = running.up()
    assert again.status == 0, again.output
    assert cluster.status(running.cluster).identifier not in ("", identifier)
    assert_whole(running)


def test_an_interrupt_leaves_a_state_that_the_next_run_goes_on_from(running: StackCopy) -> None:
    components = not any("dashboard" in resource["urn"] for resource in running.resources())
    running.project.write_stack("local", small(components=components))
    with running.start("up") as process:
        assert process.stdout
        for line in process.stdout:
            if " created (" in line or " deleted (" in line:
                # As a terminal does: to every process of the group.
                os.killpg(process.pid, signal.SIGINT)
                break
        rest = process.stdout.read()
    assert process.returncode == 130
    assert "stopping: what is under way is finished first" in rest
    assert not running.deployment().get("pending_operations")
    assert processes.marked(f"{running.project.home}:local") == []
    again = running.up()
    assert again.status == 0, again.output
    assert "killed" not in again.output
    assert_whole(running)


def test_plain_pulumi_works_in_a_shell_that_make_env_has_prepared(running: StackCopy) -> None:
    done = running.shell("pulumi preview --stack local --non-interactive && kubectl get namespaces")
    assert done.returncode == 0, done.stderr
    assert "unchanged" in done.stdout
    assert "kubeflow-system" in done.stdout


def test_env_prints_exports_only(running: StackCopy) -> None:
    lines = running.run("env").output.splitlines()
    assert [line.split("=")[0] for line in lines] == [
        "export KUBECONFIG",
        "export PATH",
        "export PULUMI_BACKEND_URL",
        "export PULUMI_CONFIG_PASSPHRASE",
        "export PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
        "export PULUMI_HOME",
        "export PULUMI_SKIP_UPDATE_CHECK",
        "export SLIPWAY_HOME",
    ]


def test_two_stacks_live_at_the_same_time_and_a_stack_has_one_run_at_a_time() -> None:
    with project({"one": small(components=False), "two": small(components=False)}) as copy:
        one, two = copy.stack("one"), copy.stack("two")
        with one.start("up") as first, two.start("up") as second:
            assert first.stdout and second.stdout
            assert next(line for line in first.stdout if line.startswith("Updating"))
            refused = one.up()
            assert refused.status == 1
            assert refused.output.count("error:") == 1
            assert "stack 'one' is in use: `make up` works on it" in refused.output
            outputs = [first.stdout.read(), second.stdout.read()]
        assert (first.returncode, second.returncode) == (0, 0), outputs
        ports = [set(cluster.status(each.cluster).ports.values()) for each in (one, two)]
        assert ports[0].isdisjoint(ports[1])

        down = one.down()
        assert down.status == 0, down.output
        assert one.check().status == 0
        assert cluster.status(two.cluster).serves

        # Without its state, and with a dead cluster, the other goes too.
        shutil.rmtree(two.state.parent)
        kill_cluster(two)
        down = two.down()
        assert down.status == 0, down.output
        assert two.check().status == 0
        assert processes_of(copy) == []
        assert not copy.home.exists()
