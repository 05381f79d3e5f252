"""Keeps the state small: of each resource's call stack, only where the resource was declared is recorded.

Pulumi's SDK for Python sends the whole stack of every registration (pulumi 3.272, `_get_stack_trace` in
runtime/resource.py), and the engine writes it into the state: a third of it, paths of this machine included,
rewritten with every step. There is no setting for it. Where a later SDK has no such function, nothing is
changed and the state is larger.
"""

from typing import Any

from pulumi.runtime import resource as registration

_FUNCTION = "_get_stack_trace"


def shorten() -> None:
    """Record the first frame of each stack, which is also the resource's source position."""
    original = getattr(registration, _FUNCTION, None)
    if original is None:
        return

    def first_frame() -> Any:  # noqa: ANN401 - pulumirpc.StackTrace, whose module has no types
        trace = original()
        del trace.frames[1:]
        return trace

    setattr(registration, _FUNCTION, first_frame)
