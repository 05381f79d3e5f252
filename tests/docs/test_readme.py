"""What the README says to change in a stack file changes that, and nothing else."""

import re
from typing import Any

import pytest
import yaml

from tests.support.project import ROOT
from tests.support.render import MINIMAL, Object, Rendered, render

MIRROR = "registry.example.com/mirror/"
# What the README says of them: they lie inside of an image, which no setting reaches.
TUTORIALS = {"python:3.9"}


def example() -> dict[str, Any]:
    """The block of YAML under 'Change it', by settings without their prefix."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## Change it\n")[1].split("\n## ")[0]
    (block,) = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    return {key.removeprefix("slipway:"): value for key, value in yaml.safe_load(block).items()}


def stack(**more: object) -> Rendered:
    return render({**yaml.safe_load(MINIMAL), **more})


@pytest.fixture(scope="module")
def before() -> Rendered:
    return stack()


def changed(before: Rendered, after: Rendered) -> dict[str, Object]:
    """The objects of `after` that are new or others, by kind and name."""
    return {_key(one): one for one in after.objects if one not in before.objects}


def _key(one: Object) -> str:
    return f"{one['kind']} {one['metadata']['name']}"


@pytest.mark.parametrize("line", ["image", "replicas"])
def test_one_line_about_a_program_changes_that_program_alone(before: Rendered, line: str) -> None:
    value = example()["components"]["dashboard"]["server"][line]
    after = changed(before, stack(components={"dashboard": {"server": {line: value}}}))
    assert list(after) == ["Deployment dashboard"]
    spec = after["Deployment dashboard"]["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    assert (container["image"] if line == "image" else spec["replicas"]) == value


def test_one_line_about_the_registry_moves_every_image(before: Rendered) -> None:
    after = stack(images=example()["images"])
    moved = {one for one in after.outputs["images"] if one.startswith(MIRROR)}
    assert set(after.outputs["images"]) - moved == TUTORIALS
    assert len(moved | TUTORIALS) == len(before.outputs["images"])
    assert not any(one.startswith(MIRROR) for one in before.outputs["images"])


def test_every_stack_that_is_named_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("local", "minimal", "kind", "existing", "staging"):
        assert f"`{name}`" in text
        assert (ROOT / "stacks" / f"Pulumi.{name}.yaml").is_file()
