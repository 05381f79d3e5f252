"""Images for users to try a live cluster with."""

from simulator.programs.model import Image

PYTHON = Image(
    # No registry has it: it is named after this project, and holds no more than every live container.
    image="slipway.dev/examples/python:3",
    sources=(),
    entrypoint=("python3",),
)

IMAGES = (PYTHON,)
