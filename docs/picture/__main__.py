"""Draws docs/platform.svg anew from what the program declares: `make picture`."""

from pathlib import Path

from tests.support.everything import everything

from .draw import picture
from .graph import graph

PICTURE = Path(__file__).parents[1] / "platform.svg"

if __name__ == "__main__":
    PICTURE.write_text(picture(graph(everything())), encoding="utf-8")
    print(f"drawn: {PICTURE}")
