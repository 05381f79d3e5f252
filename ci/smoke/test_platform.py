"""A platform whose programs run: what a person does in the first hour."""

import json
import subprocess
from pathlib import Path

import pytest

from ci.smoke import objects
from ci.smoke.browser import Browser, LoginError
from ci.smoke.cluster import has_condition
from ci.smoke.conftest import Installed
from tests.clients.environments import LOCKED, environment

pytestmark = pytest.mark.smoke

PROGRAMS = Path(__file__).with_name("programs")


def test_the_dashboard_answers_the_first_user(browser: Browser) -> None:
    page = browser.get("/")
    assert page.status == 200
    assert "<main-page" in page.text or "Kubeflow" in page.text


def test_the_dashboard_knows_who_logged_in(browser: Browser, installed: Installed) -> None:
    assert browser.get("/api/workgroup/env-info").json()["user"] == installed.outputs["firstUser"]["email"]


def test_a_wrong_password_is_refused(installed: Installed) -> None:
    stranger = Browser(installed.url, installed.authority)
    with pytest.raises(LoginError, match="refused the password"):
        stranger.log_in(installed.outputs["firstUser"]["email"], "wrong-password-of-a-smoke-test")
    assert stranger.get("/api/workgroup/env-info").status in (401, 403)


@pytest.mark.component("notebooks")
def test_a_notebook_starts_and_answers(browser: Browser, namespace: str, notebook: str) -> None:
    page = browser.get(f"/notebook/{namespace}/{notebook}/api")
    assert page.status == 200, page.text[:500]
    assert page.json()["version"]


@pytest.mark.component("pipelines")
def test_a_run_of_a_pipeline_succeeds(installed: Installed, namespace: str, scratch: Path) -> None:
    cluster = installed.cluster
    token = cluster.kubectl(
        "create", "token", objects.EDITOR, f"--namespace={namespace}", "--duration=1h",
        "--audience=pipelines.kubeflow.org",
    )  # fmt: skip
    (scratch / "ca.crt").write_text(installed.authority or "", encoding="utf-8")
    told = {
        "host": f"{installed.url}/pipeline",
        "token": token.strip(),
        "authority": str(scratch / "ca.crt") if installed.authority else None,
        "namespace": namespace,
        "image": installed.image("jupyter-scipy"),
    }
    done = subprocess.run(
        [environment(LOCKED / "kfp.txt"), PROGRAMS / "run_pipeline.py"],
        input=json.dumps(told), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["state"] == "SUCCEEDED"


@pytest.mark.component("trainer")
def test_a_training_job_completes(installed: Installed, namespace: str) -> None:
    cluster = installed.cluster
    cluster.create(objects.train_job("smoke-train", namespace, installed.image("jupyter-scipy")))
    cluster.wait("trainjob", "smoke-train", namespace, has_condition("Complete"), seconds=900)


@pytest.mark.component("serving")
def test_an_inference_service_answers(installed: Installed, namespace: str, notebook: str) -> None:
    cluster = installed.cluster
    cluster.create(objects.inference_service("iris", namespace))
    cluster.wait("inferenceservice", "iris", namespace, has_condition("Ready"), seconds=900)
    address = f"http://iris-predictor.{namespace}.svc.cluster.local/v1/models/iris:predict"
    ask = (
        "import json, urllib.request as u; "
        f"r = u.Request({address!r}, data=json.dumps({{'instances': [[6.8, 2.8, 4.8, 1.4]]}}).encode(), "
        "headers={'Content-Type': 'application/json'}); print(u.urlopen(r, timeout=60).read().decode())"
    )
    # From a notebook of the team: a model answers inside the mesh.
    answer = cluster.kubectl(
        "exec", f"--namespace={namespace}", f"{notebook}-0", f"--container={notebook}",
        "--", "python", "-c", ask,
    )  # fmt: skip
    assert json.loads(answer) == {"predictions": [1]}
