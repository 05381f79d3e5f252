"""The links on the dashboard: what the components that are on have to offer, and the stack's own."""

import json
from typing import Any

import pytest

from components.contracts import MenuItem
from components.kubeflow.dashboard.links import dashboard_links
from components.kubeflow.dashboard.settings import LinkSettings
from components.settings_base import SettingsError
from tests.support.render import MINIMAL, Rendered, render

NOTEBOOKS = MenuItem(kind="menu", text="Notebooks", link="/jupyter/", icon="book")
KATIB = MenuItem(kind="menu", text="Katib", link="/katib/", icon="kubeflow:katib")


def in_pipelines(text: str, **more: Any) -> MenuItem:  # noqa: ANN401 # fields of MenuItem
    link = f"/pipeline/#/{text.lower()}"
    return MenuItem(kind="menu", text=text, link=link, section="Pipelines", section_icon="folder", **more)


def shown(rendered: Rendered) -> dict[str, list[dict[str, Any]]]:
    return json.loads(rendered.get("ConfigMap", "dashboard-config")["data"]["links"])


def of(*menu: MenuItem, **own: object) -> dict[str, Any]:
    return dashboard_links(menu, LinkSettings.model_validate(own))


def texts(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["text"] for entry in entries]


def test_a_component_that_is_off_is_not_shown() -> None:
    on = shown(render(MINIMAL))
    off = shown(render(MINIMAL, notebooks={"enabled": False}, volumes={"enabled": False}, dashboard={}))
    assert "/jupyter/" in [entry.get("link") for entry in on["menuLinks"]]
    assert [link for links in off.values() for link in links if "jupyter" in link.get("link", "")] == []


def test_the_page_gets_all_four_lists_and_whether_it_frames_what_it_leads_to() -> None:
    rendered = render(MINIMAL, dashboard={"forceIframe": False})
    assert set(shown(rendered)) == {"menuLinks", "externalLinks", "documentationItems", "quickLinks"}
    settings = rendered.get("ConfigMap", "dashboard-config")["data"]["settings"]
    assert json.loads(settings) == {"DASHBOARD_FORCE_IFRAME": False}


def test_an_entry_of_the_menu_has_what_the_page_draws() -> None:
    assert of(NOTEBOOKS)["menuLinks"] == [
        {"type": "item", "text": "Notebooks", "link": "/jupyter/", "icon": "book"}
    ]


def test_entries_of_a_section_are_folded_together_where_the_first_one_stands() -> None:
    menu = of(NOTEBOOKS, in_pipelines("Runs"), KATIB, in_pipelines("Artifacts"))["menuLinks"]
    assert texts(menu) == ["Notebooks", "Pipelines", "Katib"]
    assert menu[1] == {
        "type": "section",
        "text": "Pipelines",
        "icon": "folder",
        "items": [
            {"type": "item", "text": "Runs", "link": "/pipeline/#/runs"},
            {"type": "item", "text": "Artifacts", "link": "/pipeline/#/artifacts"},
        ],
    }


def test_lower_orders_come_first_and_equal_ones_stay_as_given() -> None:
    menu = of(NOTEBOOKS, KATIB, in_pipelines("Runs", order=1))["menuLinks"]
    assert texts(menu) == ["Pipelines", "Notebooks", "Katib"]


def test_documentation_and_quick_links_have_a_second_line() -> None:
    docs = MenuItem(
        kind="documentation", text="Docs", link="https://docs.example.com", description="All of it"
    )
    quick = MenuItem(kind="quick", text="New notebook", link="/jupyter/new", description="Notebooks")
    links = of(docs, quick)
    assert links["documentationItems"] == [
        {"text": "Docs", "desc": "All of it", "link": "https://docs.example.com"}
    ]
    assert links["quickLinks"] == [{"text": "New notebook", "desc": "Notebooks", "link": "/jupyter/new"}]


def test_the_stacks_own_links_come_after_those_of_the_components() -> None:
    own = {
        "menu": [{"text": "Labels", "link": "/label/{ns}/", "icon": "device:storage"}],
        "external": [{"text": "Grafana", "link": "https://grafana.example.com", "icon": "assessment"}],
        "documentation": [{"text": "House rules", "link": "https://wiki.example.com/rules"}],
        "quick": [{"text": "Label images", "link": "/label/new", "description": "Labels"}],
    }
    links = shown(render(MINIMAL, dashboard={"links": own}))
    assert links["menuLinks"][-1] == {
        "type": "item",
        "text": "Labels",
        "link": "/label/{ns}/",
        "icon": "device:storage",
    }
    assert links["externalLinks"] == [
        {
            "type": "item",
            "iframe": False,
            "text": "Grafana",
            "link": "https://grafana.example.com",
            "icon": "assessment",
        }
    ]
    assert texts(links["documentationItems"])[-1] == "House rules"
    assert texts(links["quickLinks"])[-1] == "Label images"


def test_an_own_link_to_the_place_of_a_component_stands_there_instead() -> None:
    menu = of(NOTEBOOKS, KATIB, menu=[{"text": "Workbenches", "link": "/jupyter/", "icon": "work"}])
    assert menu["menuLinks"] == [
        {"type": "item", "text": "Workbenches", "link": "/jupyter/", "icon": "work"},
        {"type": "item", "text": "Katib", "link": "/katib/", "icon": "kubeflow:katib"},
    ]


def test_an_own_link_may_join_a_section_and_choose_its_place() -> None:
    own = [
        {"text": "Lineage", "link": "/lineage/", "section": "Pipelines"},
        {"text": "Start here", "link": "/start/", "order": 0},
    ]
    menu = of(in_pipelines("Runs"), menu=own)["menuLinks"]
    assert texts(menu) == ["Start here", "Pipelines"]
    assert texts(menu[1]["items"]) == ["Runs", "Lineage"]


GRAFANA = {"text": "Grafana", "link": "https://grafana.example.com"}

REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "another site without a scheme": (
        {"external": [{"text": "Grafana", "link": "grafana.example.com"}]},
        ("dashboard.links.external[0].link", "'grafana.example.com'", "https://"),
    ),
    "a link that is a script": (
        {"external": [{"text": "Trick", "link": "javascript:alert(1)"}]},
        ("dashboard.links.external[0].link", "https://"),
    ),
    "an address without a host": (
        {"documentation": [{"text": "Docs", "link": "https:///docs"}]},
        ("dashboard.links.documentation[0].link", "'https:///docs'"),
    ),
    "another site in the menu": (
        {"menu": [GRAFANA]},
        ("dashboard.links.menu[0].link", "'https://grafana.example.com'", "external"),
    ),
    "another site by two slashes": (
        {"quick": [{"text": "Trick", "link": "//evil.example.com"}]},
        ("dashboard.links.quick[0].link", "'//evil.example.com'"),
    ),
    "a link twice": (
        {"external": [GRAFANA, {**GRAFANA, "text": "Metrics"}]},
        ("dashboard.links.external", "link 'https://grafana.example.com'", "more than once"),
    ),
    "a text twice": (
        {"external": [GRAFANA, {**GRAFANA, "link": "https://other.example.com"}]},
        ("dashboard.links.external", "text 'Grafana'", "more than once"),
    ),
    "a link without a text": ({"external": [{**GRAFANA, "text": ""}]}, ("dashboard.links.external[0].text",)),
    "an icon of a set that is not loaded": (
        {"external": [{**GRAFANA, "icon": "hardware:memory"}]},
        ("dashboard.links.external[0].icon", "'hardware:memory'", "device"),
    ),
    "an icon that Kubeflow's set lacks": (
        {"external": [{**GRAFANA, "icon": "kubeflow:grafana"}]},
        ("dashboard.links.external[0].icon", "'kubeflow:grafana'", "katib"),
    ),
    "a misspelt field": (
        {"external": [{**GRAFANA, "ikon": "book"}]},
        ("dashboard.links.external[0].ikon", "Did you mean 'icon'?"),
    ),
}


@pytest.mark.parametrize(("links", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_links_that_cannot_work_are_refused(links: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as refused:
        render(MINIMAL, dashboard={"links": links})
    assert [word for word in words if word not in str(refused.value)] == []
