"""What starts in a pod of a Spark application, which Spark tells by arguments and variables."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from simulator.programs.catalog.spark import IMAGES

SCRIPT = next(text for image in IMAGES for text in image.files.values())
EXECUTOR = {
    "SPARK_EXECUTOR_MEMORY": "512m",
    "SPARK_DRIVER_URL": "spark://CoarseGrainedScheduler@pi-driver:7078",
    "SPARK_EXECUTOR_ID": "1",
    "SPARK_EXECUTOR_CORES": "2",
    "SPARK_APPLICATION_ID": "spark-7",
    "SPARK_EXECUTOR_POD_IP": "10.0.0.7",
    "SPARK_RESOURCE_PROFILE_ID": "0",
    "SPARK_EXECUTOR_POD_NAME": "pi-exec-1",
}

Start = Callable[..., list[str]]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Run the script; in place of Spark and Java, programs print what they are given, a line an argument."""
    entry = tmp_path / "entrypoint.sh"
    entry.write_text(SCRIPT)
    for program in ("spark/bin/spark-submit", "java/bin/java"):
        file = tmp_path / program
        file.parent.mkdir(parents=True)
        file.write_text('#!/bin/sh\nprintf "%s\\n" "${0##*/}" "$@"\n')
        file.chmod(0o755)

    def run(*arguments: str, **variables: str) -> list[str]:
        homes = {"SPARK_HOME": str(tmp_path / "spark"), "JAVA_HOME": str(tmp_path / "java")}
        environment: Mapping[str, str] = {"PATH": "/usr/bin:/bin", **homes, **variables}
        done = subprocess.run(
            ["bash", str(entry), *arguments], env=environment, capture_output=True, text=True, check=False
        )
        return done.stdout.splitlines() if done.returncode == 0 else [f"exit {done.returncode}", done.stderr]

    return run


def test_a_driver_is_submitted_where_it_is_and_listens_at_its_address(start: Start) -> None:
    told = start("driver", "--class", "A B", "local:///pi.py", "2", SPARK_DRIVER_BIND_ADDRESS="10.0.0.5")
    bound = ["--conf", "spark.driver.bindAddress=10.0.0.5"]
    assert told == [
        "spark-submit",
        *bound,
        "--deploy-mode",
        "client",
        "--class",
        "A B",
        "local:///pi.py",
        "2",
    ]


def test_an_executor_gets_its_options_of_java_in_order_and_whole(start: Start) -> None:
    options = {f"SPARK_JAVA_OPT_{number}": f"-Doption={number} of 11" for number in range(11)}
    told = start("executor", **EXECUTOR, **options)
    assert told[:12] == ["java", *(f"-Doption={number} of 11" for number in range(11))]
    assert told[12:14] == ["-Xms512m", "-Xmx512m"]


def test_an_executor_is_told_whose_it_is_and_where(start: Start) -> None:
    told = start("executor", **EXECUTOR)
    given = told[told.index("org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend") + 1 :]
    assert dict(zip(given[::2], given[1::2], strict=True)) == {
        "--driver-url": "spark://CoarseGrainedScheduler@pi-driver:7078",
        "--executor-id": "1",
        "--cores": "2",
        "--app-id": "spark-7",
        "--hostname": "10.0.0.7",
        "--resourceProfileId": "0",
        "--podName": "pi-exec-1",
    }


def test_an_executors_own_jars_come_before_those_of_spark(start: Start) -> None:
    told = start("executor", **EXECUTOR, SPARK_EXTRA_CLASSPATH="/jars/mine.jar", SPARK_CONF_DIR="/conf")
    own, extra, sparks = told[told.index("-cp") + 1].split(":")
    assert (own, extra) == ("/conf", "/jars/mine.jar")
    assert sparks.endswith("/spark/jars/*")


@pytest.mark.parametrize("missing", EXECUTOR)
def test_an_executor_that_is_told_too_little_does_not_start(start: Start, missing: str) -> None:
    told = start("executor", **{name: value for name, value in EXECUTOR.items() if name != missing})
    assert told[0] == "exit 1"
    assert missing in told[1]


def test_any_other_command_is_run_as_it_is(start: Start) -> None:
    assert start("echo", "a  b") == ["a  b"]
