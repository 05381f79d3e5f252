"""Teams as a stack has them, under mocks."""

from collections.abc import Mapping
from typing import Any

import yaml

from tests.support.render import MINIMAL, Object, Rendered, render

MODEL = "NVIDIA H100 80GB HBM3"
VISION: Mapping[str, Any] = {
    "owner": "ann@example.com",
    "members": [{"user": "bob.b@example.com", "role": "edit"}, {"user": "cleo@example.com", "role": "view"}],
    "groups": [{"group": "vision-engineers", "role": "edit"}],
    "labels": {"cost-center": "4711"},
    "quota": {"cpu": "64", "memory": "256Gi", "storage": "2Ti", "volumes": 20, "gpus": {MODEL: 4}},
}
LANGUAGE: Mapping[str, Any] = {"owner": "dana@example.com", "nodePools": []}


def settings(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 # any value of a stack file
    """A stack with two teams, and what a test changes of it."""
    teams = {"vision": VISION, "language": LANGUAGE}
    return {**yaml.safe_load(MINIMAL), "teams": teams, **changes}


def teams(*components: str, **changes: Any) -> Rendered:  # noqa: ANN401 # any value of a stack file
    """What is declared with profiles, PodDefaults and these components on."""
    on: dict[str, Any] = {name: {"enabled": True} for name in ("profiles", "podDefaults", *components)}
    return render(settings(**changes), **on)


def of(rendered: Rendered, team: str) -> dict[str, Object]:
    """What a team has, by kind and name."""
    return {
        f"{one['kind']}/{one['metadata']['name']}": one
        for one in rendered.objects
        if one["metadata"].get("namespace") == team or one["metadata"]["name"] == team
    }
