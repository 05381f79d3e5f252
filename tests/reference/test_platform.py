"""The whole platform, held against what upstream deploys: each difference is known and has its reason."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.reference import facts
from tests.reference.compare import differences
from tests.support.render import MINIMAL, render

FILES = (
    "base",
    "dex",
    "oauth2-proxy",
    "dashboard",
    "notebooks",
    "trainer",
    "training-operator-v1",
    "kserve",
    "kserve-models-web-app",
    "spark-operator",
    "pipelines",
    "katib",
    "model-registry",
    "model-catalog",
)

pytestmark = pytest.mark.skipif(not facts.available(), reason="upstream's facts are not on this machine")

# Pattern of the difference: its reason.
KNOWN: Mapping[str, str] = yaml.safe_load(
    Path(__file__).with_name("differences.yaml").read_text(encoding="utf-8")
)


@cache
def _found(file: str) -> tuple[str, ...]:
    everything = {**yaml.safe_load(MINIMAL), "components": {"trainingOperator": {"enabled": True}}}
    here = facts.ours(render(everything, webhooks=True).objects)
    return tuple(
        text
        for name, theirs in facts.upstream(file).items()
        for text in differences(name, theirs, here.get(name))
    )


@pytest.mark.parametrize("file", FILES)
def test_whatever_upstream_has_is_there_or_its_absence_has_a_reason(file: str) -> None:
    unknown = [text for text in _found(file) if not any(fnmatchcase(text, pattern) for pattern in KNOWN)]
    assert not unknown, "\n".join(["differences without a reason:", *unknown])


def test_every_known_difference_still_exists_and_has_a_reason() -> None:
    texts = [text for file in FILES for text in _found(file)]
    stale = [pattern for pattern in KNOWN if not any(fnmatchcase(text, pattern) for text in texts)]
    assert not stale, "\n".join(["no longer true:", *stale])
    assert all(len(reason) > 20 for reason in KNOWN.values())


def test_a_right_beyond_upstream_is_found() -> None:
    theirs = {
        "kind": "Role",
        "name": "a",
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
    }
    ours = {"rules": [{"apiGroups": [""], "resources": ["pods", "secrets"], "verbs": ["get"]}]}
    assert list(differences("Role/a", theirs, ours)) == ["Role/a: goes beyond upstream with get on secrets"]


def test_a_missing_argument_and_another_image_are_found() -> None:
    def workload(image: str, args: list[str]) -> dict[str, object]:
        container = {"name": "manager", "image": image, "args": args}
        return {"kind": "Deployment", "spec": {"template": {"spec": {"containers": [container]}}}}

    found = list(differences("Deployment/a", workload("a:1", ["--leader-elect"]), workload("a:2", [])))
    assert found == [
        "Deployment/a: container manager: image a:1 is a:2",
        "Deployment/a: container manager: argument '--leader-elect' is missing",
    ]
