"""The output `footprint`: what is reserved, and what upstream publishes for the same components."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from components.components_settings import ComponentsSettings
from components.contracts import Offer, Request
from components.footprint import PUBLISHED, ROWS, footprint
from components.kube.quantity import parse_quantity
from components.kube.scope import COMPONENT_LABEL
from tests.support.everything import everything
from tests.support.pods import Object, below, entries, workloads
from tests.support.render import render

FIGURES = ("cpu", "memory", "disk")
MEBIBYTE, GIBIBYTE = 2**20, 2**30


def requested(objects: Iterable[Object], owner: str) -> dict[str, Decimal]:
    """What the Deployments and claims of a component reserve, as their objects say."""
    found: dict[str, Decimal] = {figure: Decimal(0) for figure in FIGURES}
    for one in objects:
        if below(one["metadata"], "labels").get(COMPONENT_LABEL) != owner:
            continue
        if one["kind"] == "PersistentVolumeClaim":
            size = parse_quantity(one["spec"]["resources"]["requests"]["storage"])
            found["disk"] += size / GIBIBYTE
        elif one["kind"] == "Deployment":
            (pod,) = workloads([one])
            for container in entries(pod.spec, "containers"):
                requests = container["resources"]["requests"]
                replicas = int(one["spec"]["replicas"])
                found["cpu"] += parse_quantity(requests["cpu"]) * 1000 * replicas
                found["memory"] += parse_quantity(requests["memory"]) / MEBIBYTE * replicas
    return found


def test_each_component_reserves_what_its_objects_ask_for() -> None:
    rendered = render()
    told = rendered.outputs["footprint"]
    for component in rendered.outputs["components"]:
        objects = requested(rendered.objects, component)
        away = {figure: told[component][figure] - objects[figure] for figure in FIGURES}
        # What it tells is in whole units.
        assert all(abs(one) <= 1 for one in away.values()), (component, away)


def test_a_second_replica_counts_again() -> None:
    one = render(katib={}).outputs["footprint"]["katib"]
    two = render(katib={"ui": {"replicas": 2}}).outputs["footprint"]["katib"]
    assert (two["cpu"] - one["cpu"], two["memory"] - one["memory"]) == (5, 64)


def test_the_totals_are_the_sums() -> None:
    told = everything().outputs["footprint"]
    components = [row for name, row in told.items() if name not in ("total", "upstream")]
    for figure in (*FIGURES, "gpu"):
        assert told["total"][figure] == sum(row[figure] for row in components)
    beside = told["upstream"]
    for side in ("ours", "published"):
        for figure in FIGURES:
            assert beside["total"][side][figure] == sum(row[side][figure] for row in beside["rows"].values())


def test_what_stands_beside_upstreams_is_the_sum_of_the_components_that_are_named() -> None:
    told = everything().outputs["footprint"]
    for row in told["upstream"]["rows"].values():
        for figure in FIGURES:
            assert row["ours"][figure] == sum(told[one][figure] for one in row["components"])


def test_every_component_that_upstream_publishes_has_its_figure_once() -> None:
    listed = [component for row in ROWS.values() for component in row.components]
    assert len(listed) == len(set(listed))
    assert set(ComponentsSettings().enabled()) <= set(listed)
    for figure in FIGURES:
        published = sum(getattr(one, figure) for one in PUBLISHED.values())
        assert published == sum(getattr(row.published, figure) for row in ROWS.values())


def test_what_is_off_is_named_where_upstreams_figure_counts_it() -> None:
    rows: Mapping[str, Any] = render(notebooks={}).outputs["footprint"]["upstream"]["rows"]
    assert "katib" not in rows
    assert rows["notebooks"]["components"] == ["notebooks"]
    assert rows["notebooks"]["off"] == ["volumes", "tensorboards"]
    assert rows["notebooks"]["published"] == {"cpu": 43, "memory": 806, "disk": 0}


def test_what_reserves_nothing_here_is_not_set_beside_upstreams_figure() -> None:
    offers = {"istio": Offer(), "katib": Offer(request=Request(cpu=10))}
    beside: Any = footprint(offers)["upstream"]
    assert list(beside["rows"]) == ["katib"]
    assert beside["total"]["published"] == {"cpu": 13, "memory": 476, "disk": 10}


def test_it_says_where_upstreams_figures_come_from_and_what_they_are() -> None:
    beside = render().outputs["footprint"]["upstream"]
    assert "kubeflow/community-distribution" in beside["source"]
    assert beside["date"] == "2026-06-12"
    assert "actual usage" in beside["measure"]
