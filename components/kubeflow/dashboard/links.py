"""The links on the dashboard, in the form that its page reads.

Source: centraldashboard v2.0.0. `GET /api/dashboard-links` (app/api.ts) hands out the key `links` of the
ConfigMap as it is, and main-page.pug and dashboard-view.pug draw it: `menuLinks` of type `item` or, with
`items`, of type `section`; `externalLinks`, `quickLinks` and `documentationItems`. A menu or quick link is
opened in a frame below the dashboard's own address, so that it has to be a path.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...contracts import MenuItem
from .settings import LinkSettings

Entry = dict[str, object]

# Where the stack's own links stand that say nothing else: after those of the components.
LAST = 1000


def dashboard_links(menu: Sequence[MenuItem], own: LinkSettings) -> dict[str, list[Entry]]:
    """All links: those of the components that are on, and the stack's own.

    One of the stack's own that leads to the same place as a component's stands there instead.
    """
    places = {(item.kind, item.link): item for item in menu}
    for item, order in _from_settings(own):
        place = (item.kind, item.link)
        inherited = places[place].order if place in places else LAST
        places[place] = replace(item, order=inherited if order is None else order)
    items = sorted(places.values(), key=lambda item: item.order)
    return {
        "menuLinks": _menu([item for item in items if item.kind == "menu"]),
        "externalLinks": [
            {"type": "item", "iframe": False, "text": link.text, "link": link.link, "icon": link.icon}
            for link in own.external
        ],
        "documentationItems": [_described(item) for item in items if item.kind == "documentation"],
        "quickLinks": [_described(item) for item in items if item.kind == "quick"],
    }


def _from_settings(own: LinkSettings) -> Iterator[tuple[MenuItem, int | None]]:
    """The stack's own links, and the place in the order that each asks for."""
    for link in own.menu:
        item = MenuItem(
            kind="menu",
            text=link.text,
            link=link.link,
            icon=link.icon,
            section=link.section,
            section_icon=link.section_icon,
        )
        yield item, link.order
    for link in own.documentation:
        item = MenuItem(kind="documentation", text=link.text, link=link.link, description=link.description)
        yield item, None
    for link in own.quick:
        item = MenuItem(kind="quick", text=link.text, link=link.link, description=link.description)
        yield item, None


def _menu(items: Sequence[MenuItem]) -> list[Entry]:
    """Entries and sections; a section stands where its first entry would."""
    result: list[Entry] = []
    sections: dict[str, list[Entry]] = {}
    for item in items:
        entry: Entry = {"type": "item", "text": item.text, "link": item.link}
        if not item.section:
            result.append({**entry, "icon": item.icon})
        elif item.section in sections:
            sections[item.section].append(entry)
        else:
            sections[item.section] = [entry]
            result.append(
                {
                    "type": "section",
                    "text": item.section,
                    "icon": item.section_icon,
                    "items": sections[item.section],
                }
            )
    return result


def _described(item: MenuItem) -> Entry:
    return {"text": item.text, "desc": item.description, "link": item.link}
