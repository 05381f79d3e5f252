"""Objects as users write them, right ones and wrong ones, one in each file of samples/<kind>/.

`good-*` are accepted. `bad-*` break a schema, and are refused with the words after `# refused:` in their
first line. `rule-*` break a rule in CEL, which only an API server can tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).with_name("samples")
_REFUSED = "# refused: "


@dataclass(frozen=True)
class Sample:
    """One file: its name with the folder's, what sort it is, its object, and the words of its refusal."""

    name: str
    sort: str
    content: Mapping[str, Any]
    refusal: str

    def __str__(self) -> str:
        """The name, as pytest shows it."""
        return self.name


def samples(*sorts: str) -> list[Sample]:
    """All samples of these sorts, `good`, `bad` and `rule`."""
    return [sample for sample in _all() if sample.sort in sorts]


@cache
def _all() -> tuple[Sample, ...]:
    return tuple(map(_read, sorted(_FOLDER.glob("*/*.yaml"))))


def _read(file: Path) -> Sample:
    text = file.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    sort = file.stem.partition("-")[0]
    assert (sort == "good") != first.startswith(_REFUSED), f"{file}: a refused object, and no other, says why"
    refusal = first.removeprefix(_REFUSED) if sort != "good" else ""
    return Sample(f"{file.parent.name}/{file.stem}", sort, yaml.safe_load(text), refusal)
