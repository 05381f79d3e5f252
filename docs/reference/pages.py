"""The pages of the reference: one for each cluster, component and area."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from components.clusters.choice import ClusterSettings
from components.components_settings import ComponentsSettings
from components.platform_settings import PlatformSettings
from components.settings_base import Settings
from docs.reference.walk import SHAPES, Row, models_of, rows

PAGES = Path(__file__).parents[1] / "settings"

_MADE = "<!-- Made by `make reference` from the models; a test holds it to them. -->"
_CLUSTER, _COMPONENTS = "cluster", "components"


@dataclass(frozen=True)
class Page:
    """One page: what stands in front of its keys, what it is about, and its rows."""

    file: str
    key: str
    about: str
    rows: tuple[Row, ...]

    @property
    def text(self) -> str:
        """The page."""
        lines = [_MADE, f"# {self.key}", "", self.about, "", *_table(self.rows), ""]
        return "\n".join(lines)


def pages() -> dict[str, str]:
    """Every page by its file's name, the list of them with the rest."""
    several = list(_pages())
    return {**{page.file: page.text for page in several}, "README.md": _index(several)}


def _pages() -> Iterator[Page]:
    for model in get_args(get_args(ClusterSettings)[0]):
        provider = get_args(model.model_fields["provider"].annotation)[0]
        yield _page(f"cluster-{provider}.md", f"slipway:cluster ({provider})", model)
    for name, field in ComponentsSettings.model_fields.items():
        key = field.alias or name
        (model,) = models_of(field.annotation)[0]
        yield _page(f"{key}.md", f"slipway:components.{key}", model, _owned(field.default))
    for name, field in PlatformSettings.model_fields.items():
        inside, marks = models_of(field.annotation)
        key = field.alias or name
        if inside and key not in (_CLUSTER, _COMPONENTS):
            yield _page(f"{key}.md", f"slipway:{key}{marks}", inside[0], _owned(field.default))
    shapes = [
        f"## {name}\n\n{_first(model)}\n\n" + "\n".join(_table(tuple(rows(model))))
        for model, name in SHAPES.items()
    ]
    about = "Settings that stand in many places, told once.\n\n" + "\n\n".join(shapes)
    yield Page("shapes.md", "Shapes", about, ())


def _page(file: str, key: str, model: type[Settings], default: Settings | None = None) -> Page:
    return Page(file, key, _first(model), tuple(rows(model, default)))


def _owned(default: object) -> Settings | None:
    return default if isinstance(default, Settings) else None


def _first(model: type[Settings]) -> str:
    return (model.__doc__ or "").strip().split("\n")[0]


def _table(several: tuple[Row, ...]) -> list[str]:
    if not several:
        return []
    head = ["| key | may be | default | what it is |", "|---|---|---|---|"]
    return [*head, *(_line(row) for row in several)]


def _line(row: Row) -> str:
    default = f"`{_cell(row.default)}`" if row.default else "**required**"
    return f"| `{_cell(row.key)}` | {_cell(row.may_be)} | {default} | {_cell(row.text)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _index(several: list[Page]) -> str:
    fields = PlatformSettings.model_fields
    single = [field.alias or name for name, field in fields.items() if not models_of(field.annotation)[0]]
    own = tuple(row for row in rows(PlatformSettings) if row.key in single)
    listed = [f"- [{page.key}]({page.file}): {page.about.splitlines()[0]}" for page in several]
    return "\n".join(
        [
            _MADE,
            "# Settings",
            "",
            "All that a stack file may say below `config:`. Every key can be set on the command line too:",
            "`pulumi config set --path 'slipway:components.dashboard.server.replicas' 2`. Where a page says",
            "`name[].key`, each entry of a list has the key; `<name>` stands for a name of your choice.",
            "",
            "Secrets have keys of their own, `slipway:secret-<name>`, set with `pulumi config set --secret`.",
            "",
            "Editors complete and check stack files by [the schema](../settings.schema.json), which a file",
            "names in its first line: `# yaml-language-server: $schema=../docs/settings.schema.json`.",
            "",
            *_table(own),
            "",
            *listed,
            "",
        ]
    )
