"""What a pod's author may count on holds on a live node."""

import json
import subprocess
from pathlib import Path

import pytest

from simulator import tools
from tests.node.support import IMAGE, NAMESPACE, LiveCluster, container, eventually, once, pod

pytestmark = [pytest.mark.engine, pytest.mark.live]

FOREVER = "import time; time.sleep(3600)"
SERVE = "python3 -m http.server"


def from_field(path: str) -> dict[str, object]:
    return {"fieldRef": {"fieldPath": path}}


ENVIRONMENT = pod(
    "environment",
    container(
        "import json, os; print(json.dumps({**os.environ, 'WHERE': os.getcwd()}))",
        env=[
            {"name": "PLAIN", "value": "a"},
            {"name": "COMPOSED", "value": "$(PLAIN)b"},
            {"name": "NAME", "valueFrom": from_field("metadata.name")},
            {"name": "ADDRESS", "valueFrom": from_field("status.podIP")},
            {"name": "NODE", "valueFrom": from_field("spec.nodeName")},
            {"name": "MEMORY", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory"}}},
        ],
        resources={"limits": {"cpu": "40", "memory": "64Mi", "nvidia.com/gpu": "4"}},
        workingDir="/tmp",
    ),
    restartPolicy="Never",
)

IN_ORDER = pod(
    "in-order",
    container(
        "import urllib.request, pathlib\n"
        "print(pathlib.Path('/shared/order').read_text(), urllib.request.urlopen('http://localhost:9000').status)",
        volumeMounts=[{"name": "shared", "mountPath": "/shared"}],
    ),
    initContainers=[
        container(
            "open('/shared/order', 'a').write('first ')",
            "first",
            volumeMounts=[{"name": "shared", "mountPath": "/shared"}],
        ),
        {
            "name": "sidecar",
            "image": IMAGE,
            "args": ["-m", "http.server", "9000"],
            "restartPolicy": "Always",
            "startupProbe": {"tcpSocket": {"port": 9000}, "periodSeconds": 1},
        },
        container(
            "open('/shared/order', 'a').write('second')",
            "second",
            volumeMounts=[{"name": "shared", "mountPath": "/shared"}],
        ),
    ],
    volumes=[{"name": "shared", "emptyDir": {"medium": ""}}],
    restartPolicy="Never",
)

UNREADY = pod(
    "unready",
    container(
        FOREVER,
        readinessProbe={"exec": {"command": ["ls", "/tmp/ready"]}, "periodSeconds": 1},
    ),
)

UNHEALTHY = pod(
    "unhealthy",
    container(
        FOREVER,
        livenessProbe={"exec": {"command": ["ls", "/healthy"]}, "periodSeconds": 1, "failureThreshold": 1},
    ),
)

CONFINED = once(
    "confined",
    "import json, os, pathlib\n"
    "def can(path):\n"
    "    try:\n"
    "        open(path, 'w').close()\n"
    "    except OSError as error:\n"
    "        return error.strerror\n"
    "    return 'written'\n"
    "status = dict(line.split(':\\t', 1) for line in open('/proc/self/status').read().splitlines())\n"
    "print(json.dumps({'user': os.getuid(), 'group': os.getgid(), 'seccomp': status['Seccomp'],\n"
    "    'capabilities': status['CapEff'], 'root': can('/x'), 'scratch': can('/scratch/x'),\n"
    "    'programs': can('/usr/x')}))",
    securityContext={"runAsUser": 1234, "runAsGroup": 4321, "seccompProfile": {"type": "RuntimeDefault"}},
    volumes=[{"name": "scratch", "emptyDir": {"medium": "Memory"}}],
)
CONFINED["spec"]["containers"][0] |= {
    "securityContext": {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    },
    "volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
}

AS_ROOT = once(
    "as-root",
    "import importlib.util, json, os\n"
    "def can(path):\n"
    "    try:\n"
    "        open(path, 'w').close()\n"
    "    except OSError as error:\n"
    "        return error.strerror\n"
    "    return 'written'\n"
    "others = ('/work', '/etc/shadow', os.environ['ELSEWHERE'])\n"
    "print(json.dumps({'seen': [path for path in others if os.path.exists(path)],\n"
    "    'packages': [name for name in ('pip', 'pytest') if importlib.util.find_spec(name)],\n"
    "    'homes': os.listdir('/home'), 'programs': can('/usr/bin/x'), 'processes': os.getpid()}))",
    securityContext={"runAsUser": 0},
)
AS_ROOT["spec"]["containers"][0]["env"] = [{"name": "ELSEWHERE", "value": str(Path(__file__).parent)}]

POLITE = pod(
    "polite",
    container(
        "import signal, sys, time\n"
        "def leave(*_):\n"
        "    print('asked to end', flush=True)\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, leave)\n"
        "print('here', flush=True)\n"
        "time.sleep(3600)",
    ),
    terminationGracePeriodSeconds=30,
)

OBJECTS = [
    ENVIRONMENT,
    IN_ORDER,
    UNREADY,
    UNHEALTHY,
    CONFINED,
    AS_ROOT,
    POLITE,
    once("fails", "import sys; sys.exit(3)"),
    pod("crashes", container("raise SystemExit(1)")),
    {**pod("simulated", {"name": "main", "image": "example.com/unknown:1"})},
    pod("mixed", container(FOREVER), {"name": "other", "image": "example.com/unknown:1"}),
]


def test_the_environment_is_what_the_pod_says(running: LiveCluster) -> None:
    told = running.told("environment")
    seen = running.pod("environment")
    assert told["PLAIN"] == "a"
    assert told["COMPOSED"] == "ab"
    assert told["NAME"] == told["HOSTNAME"] == "environment"
    assert told["ADDRESS"] == seen["status"]["podIP"]
    assert told["NODE"] == seen["spec"]["nodeName"] == "live-0"
    assert told["MEMORY"] == str(64 << 20)
    assert told["KUBERNETES_SERVICE_HOST"] == "10.96.0.1"
    assert told["WHERE"] == "/tmp"


def test_requests_are_kept_and_count_although_the_machine_is_smaller(running: LiveCluster) -> None:
    running.ended("environment")
    resources = running.pod("environment")["spec"]["containers"][0]["resources"]
    assert resources["requests"] == {"cpu": "40", "memory": "64Mi", "nvidia.com/gpu": "4"}
    too_much = once("greedy", "print()")
    too_much["spec"]["containers"][0]["resources"] = {"limits": {"nvidia.com/gpu": "9"}}
    running.apply(too_much)
    running.wait(
        "pod/greedy", "jsonpath={.status.conditions[?(@.type=='PodScheduled')].status}=False", NAMESPACE
    )
    running.kubectl("delete", "pod", "greedy", "-n", NAMESPACE)


def test_init_containers_run_in_order_beside_a_sidecar_on_the_same_localhost(running: LiveCluster) -> None:
    running.ended("in-order")
    assert running.said("in-order", "-c", "main").strip() == "first second 200"


def test_a_pod_is_not_ready_before_its_probe_passes(running: LiveCluster) -> None:
    running.wait("pod/unready", "jsonpath={.status.phase}=Running", NAMESPACE)
    assert eventually(lambda: "ls: cannot access" in running.kubectl("describe", "pod", "unready").stdout)
    assert running.pod("unready")["status"]["containerStatuses"][0]["ready"] is False
    running.run("unready", "open('/tmp/ready', 'w')")
    running.ready("unready")
    running.run("unready", "import os; os.unlink('/tmp/ready')")
    running.wait("pod/unready", "condition=Ready=False", NAMESPACE)


def test_a_container_that_fails_its_liveness_probe_is_started_again(running: LiveCluster) -> None:
    def restarts() -> int:
        statuses = running.pod("unhealthy")["status"].get("containerStatuses") or [{"restartCount": 0}]
        return statuses[0]["restartCount"]

    assert eventually(lambda: restarts() > 0)


def test_a_container_that_crashes_is_backed_off_from(running: LiveCluster) -> None:
    reason = "jsonpath={.status.containerStatuses[0].state.waiting.reason}=CrashLoopBackOff"
    running.wait("pod/crashes", reason, NAMESPACE)
    last = running.pod("crashes")["status"]["containerStatuses"][0]["lastState"]["terminated"]
    assert last["exitCode"] == 1


def test_a_pod_that_failed_says_so_with_its_exit_code(running: LiveCluster) -> None:
    running.ended("fails", "Failed")
    state = running.pod("fails")["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (state["exitCode"], state["reason"]) == (3, "Error")
    running.ended("environment")
    state = running.pod("environment")["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (state["exitCode"], state["reason"]) == (0, "Completed")


def test_security_settings_hold(running: LiveCluster) -> None:
    told = running.told("confined")
    assert (told["user"], told["group"]) == (1234, 4321)
    assert told["seccomp"] == "2"
    assert int(told["capabilities"], 16) == 0
    assert told["root"] == "Read-only file system"
    assert told["scratch"] == "written"
    assert told["programs"] in ("Read-only file system", "Permission denied")


def test_root_in_a_container_sees_programs_of_the_machine_and_nothing_else(running: LiveCluster) -> None:
    told = running.told("as-root")
    assert told["seen"] == []
    assert told["homes"] == []
    assert told["packages"] == []
    assert told["programs"] == "Read-only file system"
    assert told["processes"] == 1


def test_logs_are_kept_as_files_too(running: LiveCluster) -> None:
    running.ended("in-order")
    (log,) = running.node.pod_logs.glob(f"{NAMESPACE}_in-order_*/main/0.log")
    assert "first second 200" in log.read_text()


def test_a_pod_is_asked_to_end_and_has_the_time_it_wants(running: LiveCluster) -> None:
    running.ready("polite")
    kubectl = tools.ensure(names=["kubectl"]).path("kubectl")
    command = [kubectl, "--kubeconfig", running.kubeconfig, "logs", "-f", "polite"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as following:
        try:
            assert following.stdout
            # The kubelet removes a pod's log with the pod: who begins to follow it late finds none.
            assert following.stdout.readline() == "here\n"
            running.kubectl("delete", "pod", "polite", "-n", NAMESPACE)
            said, _ = following.communicate(timeout=30)
        finally:
            following.kill()
    assert said == "asked to end\n"


def test_only_pods_whose_images_are_all_in_the_table_run(running: LiveCluster) -> None:
    for name in ("simulated", "mixed"):
        running.ready(name)
        seen = running.pod(name)
        assert seen["spec"]["nodeName"] == "system-0"
        assert "nodeSelector" not in seen["spec"]


def test_the_kubelet_tells_what_pods_use(running: LiveCluster) -> None:
    running.wait("pod/unready", "jsonpath={.status.phase}=Running", NAMESPACE)

    def used() -> int:
        text = running.kubectl("get", "--raw", "/api/v1/nodes/live-0/proxy/stats/summary").stdout
        pods = {each["podRef"]["name"]: each for each in json.loads(text)["pods"]}
        return pods.get("unready", {}).get("memory", {}).get("workingSetBytes", 0)

    assert eventually(lambda: used() > 1 << 20)
