"""Keeps runs small: what the SDK tells about each resource beside the resource itself stays out.

Pulumi's SDK for Python takes the whole call stack at every registration (pulumi 3.272, `_get_stack_trace` in
runtime/resource.py), and the engine writes it into the state: a third of it, paths of this machine included,
rewritten with every step. And it sends the engine a message at level debug for every resource, and waits for
the answer (`log.debug` in runtime/resource.py): a tenth of the program's time, for texts that only
`pulumi --debug` shows. There is a setting for neither. Where a later SDK has no such function, nothing is
changed and runs are larger.
"""

from pulumi import log
from pulumi.runtime import resource as registration
from pulumi.runtime.proto import source_pb2

_FUNCTION = "_get_stack_trace"


def leave_out() -> None:
    """Register resources without their call stacks and without a message for each."""
    if hasattr(registration, _FUNCTION):
        setattr(registration, _FUNCTION, source_pb2.StackTrace)
    if getattr(registration, "log", None) is log:
        registration.log = _Quiet()  # pyright: ignore[reportAttributeAccessIssue] # a module, there


class _Quiet:
    """The SDK's log without its debug messages."""

    def __getattr__(self, name: str) -> object:
        return getattr(log, name)

    @staticmethod
    def debug(*_arguments: object, **_named: object) -> None:
        pass
