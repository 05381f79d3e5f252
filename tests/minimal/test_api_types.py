"""The two types of Istio that controllers write where there is no mesh."""

from collections.abc import Mapping
from typing import Any

from components.kube.api_types import load_api_types
from tests.support.project import ROOT

MESH = ROOT / "components" / "addons" / "istio" / "api_types.yaml"
WITHOUT = ROOT / "components" / "minimal" / "api_types"


def test_the_types_that_stand_in_for_istio_s_are_those_of_the_mesh() -> None:
    mesh = {one["metadata"]["name"]: one for one in load_api_types(MESH)}
    without = load_api_types(WITHOUT)
    assert len(without) == 2
    for one in without:
        theirs = mesh[one["metadata"]["name"]]
        assert one["spec"]["names"] == theirs["spec"]["names"]
        assert _versions(one) == _versions(theirs)


def _versions(definition: Mapping[str, Any]) -> list[tuple[str, bool, bool]]:
    return [(one["name"], one["served"], one["storage"]) for one in definition["spec"]["versions"]]
