"""The schema of stack files: editors take what the models take, and refuse what they can know to be wrong."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import ValidationError

from components.platform_settings import PlatformSettings
from docs.reference.pages import PAGES, pages
from docs.reference.schema import SCHEMA, text
from tests.support.project import ROOT

STACKS = sorted((ROOT / "stacks").glob("Pulumi.*.yaml"))
WRONG: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("wrong_stacks.yaml").read_text(encoding="utf-8")
)
ENCRYPTED = {"secure": "v1:abc:def"}
IMAGE = "registry.example.com/notebook:1"
SIMULATED = {"slipway:cluster": {"provider": "simulated"}}


def problems(stack: object) -> list[str]:
    validator: Any = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    found = validator.iter_errors(stack)
    return [str(one.message) for one in found]


def test_the_schema_is_that_of_the_models() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == text(), "run `make reference`"


def test_the_pages_are_those_of_the_models() -> None:
    there = {file.name: file.read_text(encoding="utf-8") for file in PAGES.glob("*.md")}
    made = pages()
    assert there.keys() == made.keys(), "run `make reference`"
    stale = [name for name, content in made.items() if there[name] != content]
    assert stale == [], "run `make reference`"


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(text()))


@pytest.mark.parametrize("file", STACKS, ids=lambda file: file.name)
def test_a_stack_file_names_the_schema_to_editors(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (file.parent / first.partition("=")[2]).resolve() == SCHEMA


@pytest.mark.parametrize("file", STACKS, ids=lambda file: file.name)
def test_a_stack_file_has_no_error_in_an_editor(file: Path) -> None:
    assert problems(yaml.safe_load(file.read_text(encoding="utf-8"))) == []


def _knowable() -> list[str]:
    """The cases that are wrong by themselves.

    Validators of our own look at the form of a text, or at several settings: more than a schema can say.
    """
    found: list[str] = []
    for what, case in WRONG.items():
        try:
            PlatformSettings.model_validate(case["config"])
        except ValidationError as error:
            if any(one["type"] != "value_error" for one in error.errors()):
                found.append(what)
    return found


@pytest.mark.parametrize("what", _knowable())
def test_what_is_wrong_by_itself_is_refused_in_an_editor(what: str) -> None:
    config = WRONG[what]["config"]
    assert problems({"config": {f"slipway:{key}": value for key, value in config.items()}}) != []


@pytest.mark.parametrize(
    "config",
    [
        {**SIMULATED, "slipway:secret-cookie-secret": ENCRYPTED},
        {**SIMULATED, "aws:region": "eu-central-1", "kubernetes:context": "one"},
        {**SIMULATED, "slipway:addons": {"istio": {"controlPlane": {"cpu": 1, "memory": "2Gi"}}}},
        {"slipway:cluster": {"provider": "kind", "nodePools": [{"name": "one", "count": 1}]}},
        {**SIMULATED, "slipway:components": {"notebooks": {"spawner": {"jupyter": {"additional": [IMAGE]}}}}},
    ],
)
def test_what_the_program_takes_is_taken(config: Mapping[str, Any]) -> None:
    own = {key: value for key, value in config.items() if key.startswith("slipway:") and "secret-" not in key}
    PlatformSettings.model_validate({key.removeprefix("slipway:"): value for key, value in own.items()})
    assert problems({"config": config}) == []


@pytest.mark.parametrize(
    "stack",
    [
        {"config": {}},
        {"config": {**SIMULATED, "slipway:secret-cookie-secret": "as plain text"}},
        {"config": {**SIMULATED, "slipway:secret-Cookie": ENCRYPTED}},
        {"config": {**SIMULATED, "slipway:secrets": {}}},
        {"config": {**SIMULATED, "cluster": {}}},
        {"config": {"slipway:cluster": {"provider": "gcp", "project": "acme-ml", "account": "123"}}},
        {"config": SIMULATED, "conifg": {}},
    ],
)
def test_what_the_program_refuses_is_refused(stack: Mapping[str, Any]) -> None:
    assert problems(stack) != []
