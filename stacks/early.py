"""Lets the engine begin with the cluster while the program goes on declaring.

The SDK for Python sends a registration when its event loop comes to run, and it does not until the program is
over (pulumi 3.272, runtime/stack.py): a cluster that takes seconds, or a quarter of an hour, would begin that
much later. An invoke makes the loop run as well, by the function that is used here.
"""

import asyncio

from pulumi.runtime import sync_await

_FUNCTION = "_sync_await"
_LONG_ENOUGH = 0.05
"""Seconds in which the loop sends what is declared: it takes a few milliseconds."""


def send() -> None:
    """Send what is declared so far; does nothing where a later SDK has no such function."""
    if wait := getattr(sync_await, _FUNCTION, None):
        wait(asyncio.sleep(_LONG_ENOUGH))
