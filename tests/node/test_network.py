"""Live pods reach each other by the names of Services, and the machine's network stays as it is."""

import subprocess
import urllib.request

import pytest

from simulator import tools
from tests.node.support import IMAGE, NAMESPACE, LiveCluster, container, pod

pytestmark = [pytest.mark.engine, pytest.mark.live]

SERVER = pod(
    "server",
    {
        "name": "main",
        "image": IMAGE,
        "args": ["-m", "http.server", "8080"],
        "readinessProbe": {"httpGet": {"port": 8080}, "periodSeconds": 1},
    },
)
CLIENT = pod("client", container("import time; time.sleep(3600)"))


def service(name: str, **spec: object) -> dict[str, object]:
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"selector": {"app": "server"}, "ports": ports, **spec},
    }


OBJECTS = [SERVER, CLIENT, service("server"), service("headless", clusterIP="None")]

RESOLVE = "import socket; print(socket.gethostbyname('{}'))"


def test_a_service_answers_under_its_name(running: LiveCluster) -> None:
    running.ready("server")
    running.ready("client")
    script = "import urllib.request as u; print(u.urlopen('http://server', timeout=5).status)"
    assert running.run("client", script) == "200"
    address = running.get("service", "server", NAMESPACE)["spec"]["clusterIP"]
    assert running.run("client", RESOLVE.format(f"server.{NAMESPACE}.svc.cluster.local")) == address


def test_a_service_without_an_address_leads_to_its_pods(running: LiveCluster) -> None:
    running.ready("server")
    running.ready("client")
    address = running.pod("server")["status"]["podIP"]
    assert running.run("client", RESOLVE.format(f"headless.{NAMESPACE}.svc")) == address


def test_a_port_of_a_pod_is_forwarded_to_the_machine(running: LiveCluster) -> None:
    running.ready("server")
    kubectl = tools.ensure(names=["kubectl"]).path("kubectl")
    command = [kubectl, "--kubeconfig", running.kubeconfig, "port-forward", "service/server", ":80"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as forwarding:
        assert forwarding.stdout is not None
        # "Forwarding from 127.0.0.1:41234 -> 8080"
        address = forwarding.stdout.readline().split()[2]
        with urllib.request.urlopen(f"http://{address}", timeout=10) as answer:
            assert answer.status == 200
        forwarding.terminate()


def test_names_beyond_the_cluster_do_not_exist(running: LiveCluster) -> None:
    running.ready("client")
    script = (
        "import socket\n"
        "try:\n"
        "    print(socket.gethostbyname('example.com'))\n"
        "except socket.gaierror as error:\n"
        "    print(error.errno == socket.EAI_NONAME)"
    )
    assert running.run("client", script) == "True"


def test_the_api_server_knows_a_pod_by_its_token(running: LiveCluster) -> None:
    running.ready("client")
    script = (
        "import ssl, urllib.error, urllib.request as u\n"
        "folder = '/var/run/secrets/kubernetes.io/serviceaccount'\n"
        "context = ssl.create_default_context(cafile=folder + '/ca.crt')\n"
        "token = {'Authorization': 'Bearer ' + open(folder + '/token').read()}\n"
        "try:\n"
        "    request = u.Request('https://kubernetes.default.svc/api/v1/pods', headers=token)\n"
        "    u.urlopen(request, context=context)\n"
        "except urllib.error.HTTPError as error:\n"
        "    print(error.code, error.read().decode())"
    )
    told = running.run("client", script)
    assert told.startswith("403")
    assert f"system:serviceaccount:{NAMESPACE}:default" in told


def test_the_machine_has_no_address_or_rule_of_the_cluster(running: LiveCluster) -> None:
    running.ready("server")
    machine = subprocess.run(["ip", "address"], capture_output=True, text=True, check=True).stdout
    assert "100.64.0.1" not in machine
    assert "veth" not in machine
    inside = running.kubectl("get", "node", "live-0", "-o", "jsonpath={.status.addresses}").stdout
    assert "100.64.0.1" in inside
