"""A bundle has what could be gathered, and says of all else what it is and why it is missing."""

import hashlib
import importlib.metadata
import os
import tarfile
from pathlib import Path

import pytest
import yaml

from components.charts.source import FolderSource
from components.versions import Charts
from supply.cli import main
from tests.images.stacks import FEW
from tests.support.scripted import Scripted, scripted

# `helm pull` writes <name>-<version>.tgz into the folder that --destination names (helm docs, helm pull).
_HELM = """
import pathlib
if "istiod" in args[1]:
    print("Error: chart \\"istiod\\" version not found", file=sys.stderr)
    sys.exit(1)
folder = pathlib.Path(args[args.index("--destination") + 1])
name = args[1].rpartition("/")[2]
(folder / f"{name}-{args[args.index('--version') + 1]}.tgz").write_text(name)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: slipway\n", encoding="utf-8")
    stacks = tmp_path / "stacks"
    stacks.mkdir()
    config = {
        "slipway:cluster": {"provider": "kind"},
        "slipway:components": dict(FEW),
        "slipway:images": {"mirror": "registry.example.com/mirror"},
    }
    (stacks / "Pulumi.kind.yaml").write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    requirements = tmp_path / "requirements"
    requirements.mkdir()
    (requirements / "run.txt").write_text("", encoding="utf-8")
    (requirements / "build.txt").write_text("not-there==1 --hash=sha256:" + "0" * 64, encoding="utf-8")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "pulumi"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'programs'}{os.pathsep}/usr/bin:/bin")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def helm(project: Path) -> Scripted:
    return scripted(project / "programs", "helm", _HELM)


def test_what_can_be_had_is_gathered_and_the_rest_is_named_with_its_reason(
    project: Path, helm: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    version = importlib.metadata.version("pulumi-kubernetes")
    plugin = project / "pulumi" / "plugins" / f"resource-kubernetes-v{version}"
    plugin.mkdir(parents=True)
    (plugin / "pulumi-resource-kubernetes").write_text("a program", encoding="utf-8")
    scripted(project / "programs", "pulumi", "")

    assert main(["bundle", "--stack", "kind", "--to", "out"]) == 1
    told = capsys.readouterr().out
    bundle = project / "out"
    held = yaml.safe_load((bundle / "bundle.yaml").read_text(encoding="utf-8"))

    assert "mysql:8.4" in (bundle / "images.txt").read_text(encoding="utf-8").split()
    script = (bundle / "copy-images.sh").read_text(encoding="utf-8")
    assert "docker://registry.example.com/mirror/docker.io/library/mysql:8.4" in script
    assert held["packages"]["has"] == ["requirements/run.txt"]
    assert "not-there" in held["packages"]["lacks"]["requirements/build.txt"]
    with tarfile.open(bundle / "plugins" / f"resource-kubernetes-v{version}.tar") as archive:
        assert f"{plugin.name}/pulumi-resource-kubernetes" in archive.getnames()
    assert held["tools"]["has"] == ["pulumi.tar"]

    istiod = Charts.ISTIOD.archive
    assert held["charts"]["lacks"] == {istiod: 'Error: chart "istiod" version not found'}
    assert f"missing: {istiod}: Error" in told
    assert told.splitlines()[-1].endswith("2 missing, see above")
    assert ["pull", "cert-manager", "--repo", Charts.CERT_MANAGER.repository] in [
        call[:4] for call in helm.calls
    ]


def test_the_charts_of_a_bundle_are_those_that_a_stack_takes_from_a_folder(
    project: Path, helm: Scripted
) -> None:
    main(["bundle", "--stack", "kind", "--to", "out"])
    assert helm.calls
    charts = project / "out" / "charts"
    settings = yaml.safe_load((charts / "settings.yaml").read_text(encoding="utf-8"))
    source = FolderSource.model_validate(settings["slipway:addons"]["source"])
    archive = Charts.CERT_MANAGER.archive
    assert source.checksums[archive] == hashlib.sha256(b"cert-manager").hexdigest()
    assert (charts / archive).is_file()


def test_without_programs_nothing_is_said_to_be_there(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bundle", "--stack", "kind", "--to", "out"]) == 1
    told = capsys.readouterr().out
    assert f"missing: {Charts.CERT_MANAGER.archive}: helm is not on PATH" in told
    assert "missing: pulumi: is not on PATH" in told
    assert "missing: kubernetes: is not in" in told
    assert project


def test_a_stack_that_reaches_outside_is_told_so(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--stack", "kind"]) == 1
    said = capsys.readouterr().err
    assert "found slipway:addons.source.kind 'repositories', which are outside" in said
    file = project / "stacks" / "Pulumi.kind.yaml"
    held = yaml.safe_load(file.read_text(encoding="utf-8"))
    mirror = {"kind": "mirror", "registry": "oci://registry.example.com/charts"}
    held["config"]["slipway:addons"] = {"source": mirror}
    file.write_text(yaml.safe_dump(held), encoding="utf-8")
    assert main(["check", "--stack", "kind"]) == 0, capsys.readouterr().err
    assert "kind reaches for nothing outside" in capsys.readouterr().out
