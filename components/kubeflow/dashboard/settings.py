"""What a stack may say about the dashboard, and about the links of its own that it shows there."""

import re
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator

from ...kube.settings import Compute, WorkloadSettings
from ...settings_base import Settings, duplicates

# The icon sets that the page loads (public/components/resources/kubeflow-icons.js and the imports of
# centraldashboard v2.0.0), and the icons of its own (public/assets/icons). A name without a set is one of
# iron-icons.
_ICON_SETS = ("av", "communication", "device", "editor", "maps", "social")
_OWN_ICONS = (
    "account",
    "account-group",
    "bolt",
    "katib",
    "logout",
    "models",
    "namespace",
    "pipeline",
    "pipeline-centered",
)


def _icon(value: str) -> str:
    group, colon, name = value.rpartition(":")
    plain = re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    if group == "kubeflow" and name not in _OWN_ICONS:
        raise ValueError(f"'{value}' is no icon of the set kubeflow, which has {', '.join(_OWN_ICONS)}")
    if not plain or (colon and group not in ("kubeflow", *_ICON_SETS)):
        raise ValueError(
            f"'{value}' is no icon's name (a name of iron-icons such as 'book', or set:name with one of the "
            f"sets {', '.join(_ICON_SETS)}, kubeflow)"
        )
    return value


def _path(value: str) -> str:
    if not value.startswith("/") or value.startswith("//") or re.search(r"\s", value):
        raise ValueError(
            f"'{value}' is no path below the dashboard's own address (it begins with one '/' and has no "
            "spaces); links to other sites are given in external"
        )
    return value


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", value):
        raise ValueError(f"'{value}' is no address of a page (https://host/path, or http://)")
    return value


Icon = Annotated[str, AfterValidator(_icon)]
PagePath = Annotated[str, AfterValidator(_path)]
PageAddress = Annotated[str, AfterValidator(_address)]
LinkText = Annotated[str, Field(min_length=1, max_length=60)]


class MenuLink(Settings):
    """An entry of the side menu, shown inside the dashboard."""

    text: LinkText = Field(description="What people read.")
    link: PagePath = Field(
        description="Path of the page; {ns} stands for the namespace that is chosen on the dashboard."
    )
    icon: Icon = Field(default="launch", description="Its icon; in a section it is not shown.")
    section: str = Field(default="", description="Heading to fold it under; empty: an entry of its own.")
    section_icon: Icon = Field(default="folder", description="Icon of a heading that is not there yet.")
    order: int | None = Field(
        default=None,
        description="Lower ones come first, those of components are at 100. Unset: after all of them, or in "
        "the place of the one that it replaces.",
    )


class ExternalLink(Settings):
    """An entry below the side menu that opens another site."""

    text: LinkText = Field(description="What people read.")
    link: PageAddress = Field(
        description="Address of the page; {ns} stands for the namespace that is chosen on the dashboard."
    )
    icon: Icon = Field(default="launch", description="Its icon.")


class DocumentationLink(Settings):
    """An entry of the documentation list on the home page."""

    text: LinkText = Field(description="What people read.")
    link: PageAddress = Field(description="Address of the page.")
    description: str = Field(default="", description="Second line.")


class QuickLink(Settings):
    """An entry of the quick shortcuts on the home page."""

    text: LinkText = Field(description="What people read.")
    link: PagePath = Field(description="Path of the page.")
    description: str = Field(default="", description="Second line.")


AnyLink = MenuLink | ExternalLink | DocumentationLink | QuickLink


class LinkSettings(Settings):
    """Links that are shown beside those of the components; the same link given here replaces theirs."""

    menu: tuple[MenuLink, ...] = Field(default=(), description="Entries of the side menu.")
    external: tuple[ExternalLink, ...] = Field(default=(), description="Links to other sites, below it.")
    documentation: tuple[DocumentationLink, ...] = Field(default=(), description="Links to documentation.")
    quick: tuple[QuickLink, ...] = Field(default=(), description="Quick shortcuts of the home page.")

    @field_validator("menu", "external", "documentation", "quick")
    @classmethod
    def _each_once(cls, links: Sequence[AnyLink]) -> Sequence[AnyLink]:
        for what, values in (
            ("link", [link.link for link in links]),
            ("text", [link.text for link in links]),
        ):
            if twice := duplicates(values):
                raise ValueError(f"the {what} '{twice[0]}' stands there more than once")
        return links


class PrometheusSettings(Settings):
    """A Prometheus whose numbers are drawn on the home page."""

    url: PageAddress = Field(description="Address that the dashboard's pod asks (Prometheus' HTTP API).")
    dashboard: PageAddress | None = Field(
        default=None, description="Page that people are sent to for more, such as one of Grafana."
    )


class DashboardSettings(Settings):
    """The Central Dashboard."""

    enabled: bool = Field(default=True, description="Whether the dashboard is installed.")
    server: WorkloadSettings = Field(
        default=WorkloadSettings(requests=Compute(cpu="10m", memory="128Mi")),
        description="Its server; it keeps no state, so that any number of replicas answers.",
    )
    force_iframe: bool = Field(
        default=True,
        description="Whether a web app that is opened by its own address is shown inside the dashboard.",
    )
    metrics: bool = Field(
        default=True, description="Whether the server counts its requests, under /prometheus/metrics."
    )
    prometheus: PrometheusSettings | None = Field(
        default=None, description="Draw the CPU of nodes and pods on the home page."
    )
    links: LinkSettings = Field(default=LinkSettings(), description="Links of this stack's own.")
