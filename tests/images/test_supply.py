"""Locking and copying images, by the programs that a user has: here they answer as skopeo and crane do."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from components.images import ImagesSettings
from components.images.lock import Lock
from supply.cli import main
from supply.images import asked, copies, written
from supply.registry import Registry, RegistryError, address
from tests.images.stacks import FEW
from tests.support.scripted import Scripted, scripted

# As registries have them: OCI image-spec v1.1, image-index.md, with an attestation of BuildKit's; a manifest
# of Docker's (distribution, manifest-v2-2) with its configuration.
INDEX = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [
            {"digest": "sha256:a", "size": 1, "platform": {"os": "linux", "architecture": "amd64"}},
            {
                "digest": "sha256:b",
                "size": 1,
                "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"},
            },
            {
                "digest": "sha256:c",
                "size": 1,
                "platform": {"os": "unknown", "architecture": "unknown"},
                "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
            },
        ],
    }
)
MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"digest": "sha256:d", "size": 1},
        "layers": [],
    },
    indent=3,
)
CONFIG = json.dumps({"os": "linux", "architecture": "amd64", "config": {}, "rootfs": {"type": "layers"}})
MISSING = 'level=fatal msg="Error parsing image name: reading manifest 9: manifest unknown"'

_BODY = f"""
ref = args[-1]
if ":missing" in ref:
    print({MISSING!r}, file=sys.stderr)
    sys.exit(1)
manifest = {MANIFEST!r} if "single" in ref else {INDEX!r}
sys.stdout.write({CONFIG!r} if "config" in args or "--config" in args else manifest)
"""
SINGLE, SEVERAL = "quay.io/acme/single:1", "several:2.0"


@pytest.fixture(params=["skopeo", "crane"])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scripted]:
    made = scripted(tmp_path / "programs", request.param, _BODY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{made.path.parent}{os.pathsep}/usr/bin:/bin")
        yield made


def _registry(program: Scripted) -> Registry:
    return Registry(tool="crane" if program.path.name == "crane" else "skopeo")


def test_digest_and_platforms_are_what_the_registry_gave(program: Scripted) -> None:
    found = asked([SINGLE, SEVERAL], _registry(program))
    assert found[SEVERAL].digest == f"sha256:{hashlib.sha256(INDEX.encode()).hexdigest()}"
    assert found[SEVERAL].platforms == ("linux/amd64", "linux/arm64/v8")
    assert found[SEVERAL].architectures == {"amd64", "arm64"}
    assert found[SINGLE].digest == f"sha256:{hashlib.sha256(MANIFEST.encode()).hexdigest()}"
    assert found[SINGLE].platforms == ("linux/amd64",)


def test_the_registry_is_asked_by_the_whole_name(program: Scripted) -> None:
    asked([SEVERAL], _registry(program))
    scheme = "docker://" if program.path.name == "skopeo" else ""
    assert [call[-1] for call in program.calls] == [f"{scheme}docker.io/library/several:2.0"]


def test_what_cannot_be_asked_is_named_and_nothing_is_made_up(program: Scripted) -> None:
    with pytest.raises(RegistryError) as error:
        asked([SINGLE, "quay.io/acme/one:missing", "quay.io/acme/two:missing"], _registry(program))
    lines = str(error.value).splitlines()
    assert len(lines) == 2
    assert "quay.io/acme/one:missing" in lines[0]
    assert "manifest unknown" in lines[0]


def test_a_digest_that_is_not_the_expected_one_is_refused(program: Scripted) -> None:
    with pytest.raises(RegistryError, match="the registry gave a manifest with the digest sha256:"):
        _registry(program).ask("quay.io/acme/single@sha256:" + "0" * 64)


def test_a_lock_file_is_read_as_it_was_written(program: Scripted, tmp_path: Path) -> None:
    found = asked([SINGLE, SEVERAL], _registry(program))
    file = tmp_path / "images.lock.yaml"
    file.write_text(written("local", found), encoding="utf-8")
    assert Lock.read(str(file)).images == found


def test_the_commands_copy_all_platforms_of_what_is_locked(program: Scripted) -> None:
    registry = _registry(program)
    found = asked([SEVERAL], registry)
    settings = ImagesSettings(mirror="registry.example.com/mirror")
    lines = [registry.copy(*pair) for pair in copies([SEVERAL], settings, found)]
    source = f"docker.io/library/several@{found[SEVERAL].digest}"
    target = "registry.example.com/mirror/docker.io/library/several:2.0"
    expected = {
        "crane": f"crane copy {source} {target}",
        "skopeo": f"skopeo copy --all --preserve-digests docker://{source} docker://{target}",
    }
    assert lines == [expected[registry.tool]]


def test_an_image_with_tag_and_digest_is_asked_for_by_its_digest() -> None:
    digest = "sha256:" + "1" * 64
    assert address(f"kindest/node:v1@{digest}") == f"docker.io/kindest/node@{digest}"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: slipway\n", encoding="utf-8")
    stacks = tmp_path / "stacks"
    stacks.mkdir()
    config = {
        "slipway:cluster": {"provider": "simulated"},
        "slipway:components": dict(FEW),
        "slipway:images": {"mirror": "registry.example.com/mirror", "pullSecret": "registry"},
        "slipway:secret-registry": {"secure": "v1:abc"},
    }
    (stacks / "Pulumi.small.yaml").write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_whole_list_is_locked(
    program: Scripted, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list", "--stack", "small"]) == 0
    listed = capsys.readouterr().out.split()
    assert "mysql:8.4" in listed, "as its project names it, whatever the mirror"
    assert main(["lock", "--stack", "small"]) == 0
    told = capsys.readouterr().out
    assert f"locked {len(listed)} images in stacks/images.small.lock.yaml" in told
    assert "pulumi config set --path slipway:images.lock stacks/images.small.lock.yaml" in told
    assert sorted(Lock.read("stacks/images.small.lock.yaml").images) == sorted(listed)
    assert main(["copy", "--stack", "small", "--tool", program.path.name]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["#!/bin/sh", "set -e"]
    assert len(lines) == 2 + len(listed)
    assert project


def test_without_a_program_that_asks_nothing_is_written(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(project))
    assert main(["lock", "--stack", "small"]) == 1
    assert "neither skopeo nor crane is on PATH" in capsys.readouterr().err
    assert not list(project.rglob("*.lock.yaml"))


def test_a_stack_that_there_is_not_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert project
    assert main(["list", "--stack", "smal"]) == 1
    assert capsys.readouterr().err == "error: stack: found 'smal'; allowed: small\n"
