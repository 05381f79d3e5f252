"""The table of programs: complete, pinned, and honest about versions."""

import re
from pathlib import Path

import pytest

from simulator.programs import images, projects
from simulator.programs.model import MOUNT, GoPrograms, Image, PythonPackages, Source
from simulator.programs.store import Store, module, requirements
from simulator.tools import ToolError

TABLE = images()
SOURCES = {source.name: source for image in TABLE.values() for source in image.sources}


def _sources(kind: type[Source]) -> list[Source]:
    return [source for source in SOURCES.values() if isinstance(source, kind)]


def _name(value: object) -> str:
    return value.image if isinstance(value, Image) else getattr(value, "name", "")


@pytest.mark.parametrize("source", _sources(GoPrograms), ids=_name)
def test_a_go_program_is_built_from_the_version_that_it_says(source: GoPrograms) -> None:
    pinned = (module(source) / "go.mod").read_text()
    packages = [package for package in source.packages.values() if not package.startswith(".")]
    found = re.findall(rf"^\s*(?:require )?(\S+) v{re.escape(source.version)}(?:\s|$)", pinned, re.M)
    assert any(f"{package}/".startswith(f"{name}/") for package in packages for name in found) or not packages


@pytest.mark.parametrize("source", _sources(PythonPackages), ids=_name)
def test_python_packages_are_locked_with_hashes(source: PythonPackages) -> None:
    lines = requirements(source).read_text().splitlines()
    pinned = [line for line in lines if re.match(r"[A-Za-z0-9]", line)]
    assert pinned
    assert all("==" in line for line in pinned)
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", "\n".join(lines))) >= len(pinned)


@pytest.mark.parametrize("image", TABLE.values(), ids=_name)
def test_links_lead_to_sources_that_the_image_names(image: Image) -> None:
    named = {f"{MOUNT}/{source.name}" for source in image.sources} | {f"{MOUNT}/python"}
    inside = [target for target in image.links.values() if target.startswith(MOUNT)]
    assert all(any(f"{target}/".startswith(f"{home}/") for home in named) for target in inside)


@pytest.mark.parametrize("image", TABLE.values(), ids=_name)
def test_an_image_runs_as_who_the_user_of_its_pod_expects(image: Image) -> None:
    # A pod with `runAsNonRoot` is refused by the kubelet where the image's user is a name.
    assert re.fullmatch(r"\d+(:\d+)?", image.user)


def test_two_projects_never_claim_one_image() -> None:
    claimed = [image for project in projects() for image in images((project,))]
    assert len(claimed) == len(set(claimed)) == len(TABLE)


def test_an_unknown_project_is_refused_with_those_there_are() -> None:
    with pytest.raises(ToolError, match=r"unknown project trainr: allowed are .*jobset"):
        images(("trainr",))


def test_another_pin_makes_another_folder_of_the_store(tmp_path: Path) -> None:
    store = Store(tmp_path)
    one = GoPrograms(name="jobset", version="0.11.0", packages={"manager": "sigs.k8s.io/jobset"})
    other = GoPrograms(name="jobset", version="0.11.0", packages={"other": "sigs.k8s.io/jobset"})
    assert store.home(one) == store.home(one)
    assert store.home(one) != store.home(other)


def test_a_program_of_another_version_says_so() -> None:
    source = SOURCES["jobset"]
    same = Image(image="example.com/a:v1.2.3", sources=(source,), entrypoint=(), version="1.2.3")
    other = Image(image="example.com/a:v1.2.3", sources=(source,), entrypoint=(), version="1.2.2")
    silent = Image(image="example.com/a:v1.2.3", sources=(source,), entrypoint=())
    assert (same.differs, other.differs, silent.differs) == (False, True, False)
