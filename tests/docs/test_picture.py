"""The picture in the README shows what the program declares: all of it, and nothing else."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest

from components.kube.scope import COMPONENT_LABEL
from docs.picture.__main__ import PICTURE
from docs.picture.draw import picture
from docs.picture.graph import Edge, Graph, graph
from docs.picture.layout import PLACES, UNSEEN
from tests.support.everything import everything
from tests.support.pods import Object, below
from tests.support.render import Rendered

SVG = "{http://www.w3.org/2000/svg}"


@cache
def here() -> Graph:
    return graph(everything())


def objects_of(component: str) -> list[Object]:
    rendered = everything()
    return [
        one
        for one in rendered.objects
        if rendered.parents[
            f"{one['kind']}/{one['metadata'].get('namespace', '')}/{one['metadata']['name']}"
        ].endswith(f"::{component}")
    ]


def without(kind: str, *names: str) -> Rendered:
    rendered = everything()
    left = [one for one in rendered.objects if one["kind"] != kind or one["metadata"]["name"] not in names]
    assert len(left) == len(rendered.objects) - len(names)
    return replace(rendered, objects=left)


def test_the_picture_is_up_to_date() -> None:
    drawn = picture(here())
    assert PICTURE.read_text(encoding="utf-8") == drawn, "out of date: run `make picture`"


def test_every_component_of_the_stack_stands_in_it() -> None:
    shown = {one.text for one in ElementTree.parse(PICTURE).iter(f"{SVG}text")}
    kinds = {node.kind.lower(): name for name, node in here().nodes.items()}
    for component in everything().outputs["components"]:
        name = kinds.get(component.lower(), "")
        if name in PLACES:
            assert PLACES[name].title in shown
        else:
            owned = [one for one in everything().objects if _label(one) == component]
            assert not [one for one in owned if one["kind"] in ("Deployment", "DaemonSet")] or name in UNSEEN


def _label(one: Object) -> str:
    return below(one["metadata"], "labels").get(COMPONENT_LABEL, "")


def test_each_edge_is_in_the_objects() -> None:
    assert len(here().edges) > 10
    for edge in here().edges:
        _is_there(edge)


def _is_there(edge: Edge) -> None:
    start, end = objects_of(edge.start), objects_of(edge.end)
    for about in edge.about:
        if edge.flow in ("calls", "stores"):
            (service,) = [one for one in end if (one["kind"], one["metadata"]["name"]) == ("Service", about)]
            address = f"{about}.{service['metadata']['namespace']}"
            read = [one for one in start if one["kind"] in ("Deployment", "ConfigMap")]
            assert any(address in json.dumps(one) for one in read)
        else:
            types = {
                one["spec"]["names"]["kind"]: one["spec"]["names"]["plural"]
                for one in end
                if one["kind"] == "CustomResourceDefinition"
            }
            roles = [one for one in start if one["kind"] == "ClusterRole"]
            assert any(types[about] in json.dumps(one.get("rules")) for one in roles)


def test_each_path_is_in_a_route() -> None:
    routed = [one for one in here().nodes.values() if one.paths]
    assert len(routed) > 5
    for node in routed:
        routes = json.dumps([one for one in objects_of(node.name) if one["kind"] == "VirtualService"])
        assert all(f'"{path}' in routes for path in node.paths)


GONE: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "a service": ("Service", ("profiles-kfam",), "('dashboard', 'profiles')"),
    "a database": ("Service", ("katib-mysql",), "('katib', 'katib-mysql')"),
    "a right": ("ClusterRoleBinding", ("katib-controller",), "('katib', 'trainer')"),
}


@pytest.mark.parametrize("what", GONE)
def test_an_arrow_whose_reference_is_gone_is_refused(what: str) -> None:
    kind, names, edge = GONE[what]
    with pytest.raises(ValueError, match="ways without an edge") as refused:
        picture(graph(without(kind, *names)))
    assert edge in str(refused.value)


def test_a_component_without_a_place_is_refused() -> None:
    node = replace(here().nodes["katib"], name="more", kind="More")
    with pytest.raises(ValueError, match=r"components without a place in layout.py: \['more'\]"):
        picture(replace(here(), nodes={**here().nodes, "more": node}))


def test_an_edge_without_an_arrow_is_refused() -> None:
    edge = Edge("spark", "katib", "creates", ("Experiment",))
    with pytest.raises(ValueError, match=r"edges without a way in layout.py: \[\('spark', 'katib'\)\]"):
        picture(replace(here(), edges=(*here().edges, edge)))


def test_it_is_made_for_a_light_page_and_a_dark_one() -> None:
    tree = ElementTree.parse(PICTURE)
    (style,) = tree.iter(f"{SVG}style")
    light, _, dark = (style.text or "").partition("@media (prefers-color-scheme: dark)")
    used: set[Any] = {name for one in tree.iter() for name in one.get("class", "").split()}
    painted = [name for name in used if f".{name}{{" in light]
    assert len(painted) > 10
    assert all(f".{name}{{" in dark for name in painted)
