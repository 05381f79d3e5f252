"""Where everything stands in the picture. What stands there, and which arrows there are, the program says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

WIDTH, HEIGHT = 880, 810
_LEFT, _COLUMN, _GAP = 22, 148, 24
ROWS: Mapping[str, tuple[int, int]] = {
    "above": (48, 84),
    "pages": (176, 92),
    "pages below": (446, 92),
    "below": (582, 84),
    "ground": (696, 52),
}
"""Top and height of each row."""
BAR = (316, 60)
"""Top and height of the row with the gateway."""

Way = Literal["straight", "over", "elbow"]


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        """Its center."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True)
class Place:
    """Where a component stands, and what it is called.

    Attributes:
        headline: the API type that people know it by.
    """

    title: str
    box: Box
    headline: str = ""


def _at(column: float, row: str, columns: float = 1) -> Box:
    top, height = ROWS[row]
    width = columns * _COLUMN + (columns - 1) * _GAP
    return Box(_LEFT + column * (_COLUMN + _GAP), top, width, height)


def _half(column: int, row: str, half: int) -> Box:
    whole = _at(column, row)
    width = (whole.width - 8) / 2
    return Box(whole.x + half * (width + 8), whole.y + 20, width, whole.height - 20)


def _in_bar(column: float) -> Box:
    place = _at(column, "above")
    return Box(place.x, BAR[0] + 8, place.width - 8, BAR[1] - 16)


def _low(column: int, row: str) -> Box:
    whole = _at(column, row)
    return Box(whole.x, whole.y + 20, whole.width, whole.height - 40)


def _bar() -> Box:
    place = _at(0, "above", 5)
    return Box(place.x - 10, BAR[0], place.width + 20, BAR[1])


PLACES: Mapping[str, Place] = {
    "profiles": Place("Profiles", _at(0, "above"), "Profile"),
    "pod-defaults": Place("PodDefaults", _at(2.1, "above", 1.6), "PodDefault"),
    "pipelines-mysql": Place("MySQL", _half(4, "above", 0)),
    "pipelines-seaweedfs": Place("SeaweedFS", _half(4, "above", 1)),
    "dashboard": Place("Dashboard", _at(0, "pages")),
    "volumes": Place("Volumes", _at(1, "pages"), "PVCViewer"),
    "notebooks": Place("Notebooks", _at(2, "pages"), "Notebook"),
    "tensorboards": Place("TensorBoards", _at(3, "pages"), "Tensorboard"),
    "pipelines": Place("Pipelines", _at(4, "pages"), "Workflow"),
    "gateway": Place("Gateway", _bar()),
    "oauth2-proxy": Place("OAuth2 Proxy", _in_bar(3)),
    "dex": Place("Dex", _in_bar(4)),
    "katib": Place("Katib", _at(0, "pages below"), "Experiment"),
    "katib-mysql": Place("MySQL", _low(1, "pages below")),
    "trainer": Place("Trainer", _at(0, "below"), "TrainJob"),
    "training-operator": Place("Training operator", _at(1, "below"), "PyTorchJob"),
    "spark": Place("Spark", _at(2, "below"), "SparkApplication"),
    "serving": Place("Serving (KServe)", _at(3, "pages below"), "InferenceService"),
    "model-registry": Place("Model registry", _at(4, "pages below")),
    "model-registry-db": Place("PostgreSQL", _low(4, "below")),
    "istio": Place("Istio", _at(0, "ground", 3)),
    "cert-manager": Place("cert-manager", _at(3, "ground", 2)),
}

# They have no program of their own: namespaces and roles, what login's two programs share, types of routes.
UNSEEN = frozenset({"base", "gateway-api", "identity"})
# Off unless a stack asks for them.
OPTIONAL = frozenset({"training-operator"})

AREAS: Mapping[str, tuple[float, float, str, str]] = {
    "Workbench": (0, 4, "above", "pages"),
    "Pipelines": (4, 1, "above", "pages"),
    "Training and tuning": (0, 3, "pages below", "below"),
    "Models": (3, 2, "pages below", "below"),
}
"""First column, number of columns, first and last row of each area."""

WAYS: Mapping[tuple[str, str], Way] = {
    ("dashboard", "profiles"): "straight",
    ("volumes", "notebooks"): "over",
    ("notebooks", "pod-defaults"): "straight",
    ("tensorboards", "pod-defaults"): "straight",
    ("pipelines", "pipelines-mysql"): "straight",
    ("pipelines", "pipelines-seaweedfs"): "straight",
    ("oauth2-proxy", "dex"): "straight",
    ("katib", "katib-mysql"): "straight",
    ("katib", "trainer"): "straight",
    ("katib", "training-operator"): "elbow",
    ("model-registry", "model-registry-db"): "straight",
}
"""How the arrow from one component to another runs. Those to Istio are told in words."""


def area(name: str) -> Box:
    """The ground of an area."""
    column, columns, first, last = AREAS[name]
    top = _at(column, first, columns)
    bottom = ROWS[last][0] + ROWS[last][1] + 12
    return Box(top.x - 10, top.y - 34, top.width + 20, bottom - top.y + 34)
