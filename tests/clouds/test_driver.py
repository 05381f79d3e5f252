"""`make up` and `make down` on stacks of the clouds: what they need is asked for before anything is done."""

from pathlib import Path

import pytest

from simulator.driver.cli import main
from tests.clouds import programs


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: slipway\nruntime: python\nstackConfigDir: stacks\n")
    for cloud in ("aws", "gcp", "azure"):
        text = f"config: {{'slipway:cluster': {{provider: {cloud}}}}}\n"
        (tmp_path / "stacks" / f"Pulumi.{cloud}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "programs"))
    for name in ("PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "pulumi"))
    return tmp_path


@pytest.mark.parametrize("command", ["up", "down"])
@pytest.mark.parametrize(
    ("cloud", "program"),
    [("aws", "aws"), ("gcp", "gke-gcloud-auth-plugin"), ("azure", "kubelogin")],
)
def test_a_stack_whose_login_program_is_missing_is_refused(
    command: str, cloud: str, program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--stack", cloud]) == 1
    error = capsys.readouterr().err
    assert f"`{program}` logs in, and there is no such program on PATH: install it" in error


def test_a_stack_whose_login_program_is_there_goes_on_to_its_backend(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    programs.install(project / "programs")
    assert main(["up", "--stack", "aws"]) == 1
    assert "there is no backend for its state" in capsys.readouterr().err
