"""The picture as SVG, for a light page and a dark one."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from .graph import Edge, Graph, Node
from .layout import AREAS, BAR, HEIGHT, OPTIONAL, PLACES, UNSEEN, WAYS, WIDTH, Box, Place, area

STORES = ("MySQL", "PostgreSQL", "SeaweedFS")

_LIGHT = {
    "area": "fill:#f6f8fa;stroke:#d1d9e0",
    "node": "fill:#ffffff;stroke:#afb8c1",
    "store": "fill:#fff8e1;stroke:#bf8700",
    "gate": "fill:#ddf4ff;stroke:#0969da",
    "title": "fill:#1f2328",
    "note": "fill:#59636e",
    "path": "fill:#0969da",
    "type": "fill:#8250df",
    "route": "stroke:#0969da",
    "calls": "stroke:#59636e",
    "types": "stroke:#8250df",
    "stores": "stroke:#bf8700",
}
_DARK = {
    "area": "fill:#151b23;stroke:#3d444d",
    "node": "fill:#0d1117;stroke:#656c76",
    "store": "fill:#272115;stroke:#d29922",
    "gate": "fill:#10243e;stroke:#4493f8",
    "title": "fill:#f0f6fc",
    "note": "fill:#9198a1",
    "path": "fill:#58a6ff",
    "type": "fill:#bc8cff",
    "route": "stroke:#4493f8",
    "calls": "stroke:#9198a1",
    "types": "stroke:#ab7df8",
    "stores": "stroke:#d29922",
}
_SHAPES = """
text { font-family: system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; font-size: 12px }
.title { font-size: 14px; font-weight: 600 }
.small { font-size: 11px }
.path { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 11.5px }
.label { font-size: 11.5px }
.line { fill: none; stroke-width: 1.6 }
.node, .store, .gate { stroke-width: 1.2 }
.optional { stroke-dasharray: 5 3 }
"""
_STROKES = {"route": "route", "calls": "calls", "stores": "stores", "reads": "types", "creates": "types"}
_LINES = tuple(dict.fromkeys(_STROKES.values()))


def picture(graph: Graph) -> str:
    """Draw the graph.

    Raises ValueError where the program has a component or an edge that has no place in the picture, or the
    picture a place for one that the program has not.
    """
    _check(graph)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" aria-labelledby="name about">',
        '<title id="name">The components of the platform</title>',
        f'<desc id="about">{escape(_described(graph))}</desc>',
        f"<style>{_styles()}</style>",
        f"<defs>{''.join(_heads())}</defs>",
        *(_area(name) for name in AREAS),
        *_boxes(graph, "gateway"),
        *_routes(graph),
        *(part for edge in _drawn(graph) for part in _edge(edge)),
        *_boxes(graph, *(name for name in PLACES if name != "gateway")),
        *_legend(),
        "</svg>",
    ]
    return "\n".join([*parts, ""])


def _check(graph: Graph) -> None:
    here, there = set(graph.nodes), set(PLACES) | UNSEEN
    if here != there:
        raise ValueError(
            f"components without a place in layout.py: {sorted(here - there)}; places without a component: "
            f"{sorted(there - here)}"
        )
    edges = {(edge.start, edge.end) for edge in graph.edges if edge.end not in UNSEEN | {"istio"}}
    if edges != set(WAYS):
        raise ValueError(
            f"edges without a way in layout.py: {sorted(edges - set(WAYS))}; ways without an edge: "
            f"{sorted(set(WAYS) - edges)}"
        )
    for name, place in PLACES.items():
        if place.headline and place.headline not in graph.nodes[name].types:
            raise ValueError(f"{name} has no API type {place.headline}: it has {graph.nodes[name].types}")


def _drawn(graph: Graph) -> Iterator[Edge]:
    """One edge for each arrow: creating includes reading."""
    for start, end in WAYS:
        yield min(edge for edge in graph.edges if (edge.start, edge.end) == (start, end))


def _described(graph: Graph) -> str:
    routes = [
        f"the gateway leads {', '.join(node.paths)} to {node.name}"
        for node in graph.nodes.values()
        if node.paths
    ]
    flows = [f"{edge.start} {edge.flow} {', '.join(edge.about)} ({edge.end})" for edge in graph.edges]
    return "; ".join([*routes, *flows])


def _styles() -> str:
    light, dark = ("".join(f".{name}{{{style}}}" for name, style in one.items()) for one in (_LIGHT, _DARK))
    heads = "".join(f".head-{one}{{fill:{_LIGHT[one].partition(':')[2]}}}" for one in _LINES)
    dark_heads = "".join(f".head-{one}{{fill:{_DARK[one].partition(':')[2]}}}" for one in _LINES)
    return f"{_SHAPES}{light}{heads}\n@media (prefers-color-scheme: dark) {{{dark}{dark_heads}}}"


def _heads() -> Iterator[str]:
    for one in _LINES:
        yield (
            f'<marker id="{one}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
            f'orient="auto-start-reverse"><path class="head-{one}" d="M0,0.8L10,5L0,9.2z"/></marker>'
        )


def _area(name: str) -> str:
    box, ground = area(name), _rectangle(area(name), "area", 12)
    if box.y > BAR[0]:
        # On the left the gateway's arrow comes in.
        return ground + _text(box.x + box.width - 14, box.y + 21, name, "note", anchor="end")
    return ground + _text(box.x + 14, box.y + 21, name, "note")


def _routes(graph: Graph) -> Iterator[str]:
    top, bottom = BAR[0], BAR[0] + BAR[1]
    for name, place in PLACES.items():
        if not graph.nodes[name].paths or top < place.box.y < bottom:
            continue
        x, _ = place.box.middle
        low = place.box.y + place.box.height
        if place.box.y > top:
            yield _line(f"M{x},{bottom}V{place.box.y}", "route")
        elif top - low < 60:
            yield _line(f"M{x},{top}V{low}", "route")
        else:
            # Past the component that stands between.
            beside = place.box.x + place.box.width + 12
            yield _line(f"M{beside},{top}V{place.box.y + 60}H{place.box.x + place.box.width}", "route")


def _edge(edge: Edge) -> Iterator[str]:
    start, end = PLACES[edge.start].box, PLACES[edge.end].box
    label, stroke = _label(edge), _STROKES[edge.flow]
    below, above = start.y + start.height, end.y + end.height
    match WAYS[edge.start, edge.end]:
        case "straight" if start.y < above and end.y < below:
            yield _line(f"M{start.x + start.width:g},{end.middle[1]:g}H{end.x:g}", stroke)
        case "straight":
            x = (max(start.x, end.x) + min(start.x + start.width, end.x + end.width)) / 2
            first, last = (start.y, above) if above < start.y else (below, end.y)
            x = start.x + 34 if label and x == start.middle[0] else x
            yield _line(f"M{x:g},{first:g}V{last:g}", stroke)
            yield _text(x + 8, (first + last) / 2 + 4, label, "note label")
        case "over":
            level, left, right = start.y - 20, start.middle[0] + 30, end.x + 24
            yield _line(
                f"M{left:g},{start.y:g}V{level + 6:g}q0,-6 6,-6H{right - 6:g}q6,0 6,6V{end.y:g}", stroke
            )
            yield _text((left + right) / 2, level - 6, label, "note label", anchor="middle")
        case "elbow":
            level, left, right = (below + end.y) / 2 + 8, start.x + start.width - 10, end.middle[0]
            yield _line(f"M{left:g},{below:g}V{level - 6:g}q0,6 6,6H{right - 6:g}q6,0 6,6V{end.y:g}", stroke)
            yield _text(left + 14, level - 7, label, "note label")


def _label(edge: Edge) -> str:
    if edge.flow in ("stores", "calls"):
        return ""
    more = len(edge.about) - 1
    shown = _headline(edge)
    return f"{edge.flow} {shown}{f' +{more}' if more else ''}"


def _headline(edge: Edge) -> str:
    known = PLACES[edge.end].headline
    return known if known in edge.about else edge.about[0]


def _boxes(graph: Graph, *names: str) -> Iterator[str]:
    for name in names:
        yield from _box(graph, graph.nodes[name], PLACES[name])


def _box(graph: Graph, node: Node, place: Place) -> Iterator[str]:
    box, style = place.box, _style(node)
    yield _rectangle(box, f"{style} optional" if node.name in OPTIONAL else style, 8)
    lines = [("title" if box.width > 80 else "title small", place.title), *_lines(graph, node, place)]
    x = box.middle[0]
    if node.kind == "Gateway":
        # On the right stands login.
        x = box.x + (PLACES["oauth2-proxy"].box.x - box.x) / 2
    top = box.middle[1] - 8.5 * (len(lines) - 1) + 5
    for number, (written, text) in enumerate(lines):
        yield _text(x, top + 17 * number, text, written, anchor="middle")


def _style(node: Node) -> str:
    if node.kind in STORES:
        return "store"
    return "gate" if node.kind == "Gateway" else "node"


def _lines(graph: Graph, node: Node, place: Place) -> Iterator[tuple[str, str]]:
    if node.kind == "Gateway":
        yield "note", "where people and their clients come in; login asks who they are"
    elif node.kind == "Istio" and any(edge.end == node.name for edge in graph.edges):
        yield "note", "routes to these components and guards them, and what they start"
    elif node.kind == "CertManager" and any(one.certified for one in graph.nodes.values()):
        yield "note", "certificates of webhooks and of the gateway"
    if node.paths:
        yield "path", _fitted(node, place.box.width)
    if place.headline:
        more = len(set(node.types)) - 1
        yield "type", f"{place.headline}{f' +{more}' if more else ''}"
    if node.makes:
        yield "note", f"→ {', '.join(node.makes)}"


def _fitted(node: Node, width: float) -> str:
    """The paths that fit, those of pages before those of programs, and how many more there are."""
    within = {
        one for one in node.paths for other in node.paths if one != other and one.startswith(f"{other}/")
    }
    outer = sorted(set(node.paths) - within, key=lambda one: (one.strip("/") not in node.name, one))
    shown: list[str] = []
    for path in outer:
        if len("  ".join([*shown, path])) * 7.2 > width - 12:
            break
        shown.append(path)
    more = len(outer) - len(shown)
    return "  ".join([*shown, *([f"+{more}"] if more else [])])


def _legend() -> Iterator[str]:
    x, y = 22.0, HEIGHT - 38
    for stroke, text, width in (
        ("route", "the gateway leads its paths here", 232),
        ("calls", "calls its Service", 140),
        ("types", "reads or creates its API type", 210),
        ("stores", "keeps its data there", 158),
    ):
        yield _line(f"M{x},{y - 4}h22", stroke)
        yield _text(x + 29, y, text, "note label")
        x += width + 5
    yield _text(x - 4, y, "dashed: optional", "note label")
    x = 22.0
    for style, word, text, width in (
        ("path", "/path", "where the gateway leads here", 237),
        ("type", "Type", "an API type that people write, and how many more", 344),
        ("note", "→ Things", "what it makes of them", 200),
    ):
        yield _text(x, y + 21, word, style)
        yield _text(x + 8 * len(word) + 6, y + 21, text, "note label")
        x += width


def _rectangle(box: Box, style: str, radius: int) -> str:
    return (
        f'<rect class="{style}" x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" '
        f'rx="{radius}"/>'
    )


def _line(path: str, stroke: str) -> str:
    return f'<path class="line {stroke}" d="{path}" marker-end="url(#{stroke})"/>'


def _text(x: float, y: float, text: str, style: str, anchor: str = "start") -> str:
    if not text:
        return ""
    return f'<text class="{style}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'
