"""Keeps the state small: call stacks stay out of it.

Pulumi's SDK for Python takes the whole stack at every registration (pulumi 3.272, `_get_stack_trace` in
runtime/resource.py), and the engine writes it into the state: a third of it, paths of this machine included,
rewritten with every step. There is no setting for it. Where a later SDK has no such function, nothing is
changed and the state is larger.
"""

from pulumi.runtime import resource as registration
from pulumi.runtime.proto import source_pb2

_FUNCTION = "_get_stack_trace"


def leave_out() -> None:
    """Register resources without their call stacks."""
    if hasattr(registration, _FUNCTION):
        setattr(registration, _FUNCTION, source_pb2.StackTrace)
