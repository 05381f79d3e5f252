"""The platform under test: a stack that is up, its first user logged in, and a team of their own."""

import base64
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ci.smoke import objects
from ci.smoke.browser import Browser
from ci.smoke.cluster import Cluster
from simulator.driver.errors import DriverError
from simulator.driver.session import Session


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the stack's name."""
    parser.addoption("--stack", default="kind", help="the stack to test, which is up; kind unless said")


@dataclass(frozen=True)
class Installed:
    """A platform that is up: its outputs, its cluster, and the CA of its certificate where it has its own."""

    outputs: Mapping[str, Any] = field(repr=False)
    cluster: Cluster
    authority: str | None

    @property
    def url(self) -> str:
        """Where the dashboard answers."""
        return self.outputs["url"]

    def need(self, component: str) -> None:
        """Skip what needs a component that the stack does not have."""
        if component not in self.outputs["components"]:
            pytest.skip(f"the stack has no component {component}")

    def image(self, part: str) -> str:
        """The image of the platform whose name has that part."""
        found = [image for image in self.outputs["images"] if part in image]
        assert found, f"the platform lists no image with '{part}' in its name"
        return found[0]


@pytest.fixture(scope="session")
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The stack under test."""
    name = str(request.config.getoption("--stack"))
    try:
        session = Session.of(name)
        session.open()
        outputs = session.engine.ask_json("stack output", "--json", "--show-secrets")
    except DriverError as error:
        pytest.exit(str(error), 2)
    for needed in ("kubeconfig", "url", "firstUser"):
        if not outputs.get(needed):
            pytest.exit(f"stack '{name}' has no output `{needed}`: is it up, with a host name and login?", 2)
    kubeconfig = tmp_path_factory.mktemp("cluster") / "kubeconfig.yaml"
    kubeconfig.touch(mode=0o600)
    kubeconfig.write_text(outputs["kubeconfig"], encoding="utf-8")
    cluster = Cluster(session.tools.path("kubectl"), kubeconfig)
    own = cluster.get("secret", "kubeflow-gateway-ca", "istio-system")
    authority = base64.b64decode(own["data"]["ca.crt"]).decode() if own else None
    return Installed(outputs, cluster, authority)


@pytest.fixture(autouse=True)
def _only_what_is_there(request: pytest.FixtureRequest, installed: Installed) -> None:
    """Skip a test of a component that the stack does not have."""
    marker = request.node.get_closest_marker("component")
    if marker:
        installed.need(marker.args[0])


@pytest.fixture(scope="session")
def browser(installed: Installed) -> Browser:
    """A browser in which the first user is logged in."""
    user = installed.outputs["firstUser"]
    browser = Browser(installed.url, installed.authority)
    browser.log_in(user["email"], user["password"])
    return browser


@pytest.fixture(scope="session")
def namespace(installed: Installed) -> Generator[str]:
    """The namespace of a profile that belongs to the first user, removed at the end."""
    installed.need("profiles")
    name, cluster = f"smoke-{uuid.uuid4().hex[:6]}", installed.cluster
    cluster.create(objects.profile(name, installed.outputs["firstUser"]["email"]))
    try:
        # The last that the controller makes of what is used here.
        cluster.wait("serviceaccount", objects.EDITOR, name, lambda _: True, seconds=180)
        yield name
    finally:
        cluster.kubectl("delete", "profile", name, "--wait=false")


@pytest.fixture(scope="session")
def notebook(installed: Installed, namespace: str) -> str:
    """A notebook whose pod runs."""
    installed.need("notebooks")
    cluster, name = installed.cluster, "smoke"
    cluster.create(objects.notebook(name, namespace, installed.image("jupyter-scipy")))
    cluster.wait(
        "notebook", name, namespace, lambda one: one.get("status", {}).get("readyReplicas") == 1, seconds=900
    )
    return name


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what clients are given."""
    return tmp_path_factory.mktemp("scratch")
