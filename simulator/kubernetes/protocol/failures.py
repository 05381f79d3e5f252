"""Errors as the engine is told them: gRPC statuses, with the state of an object that is not ready."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import grpc
import grpc.aio
from google.protobuf import any_pb2, struct_pb2
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import status_pb2

from simulator.kubernetes.errors import (
    ApiError,
    NoSuchTypeError,
    RefusedError,
    StoppedError,
    UnreachableError,
)
from simulator.kubernetes.protocol.state import Redactor

__all__ = ["FORGET", "InitFailedError", "answered", "telling"]

FORGET = (
    ". If the cluster is gone for good, run again with PULUMI_K8S_DELETE_UNREACHABLE=true, and its objects "
    "are taken out of the state"
)

Context = grpc.aio.ServicerContext[Any, Any]
P = ParamSpec("P")
T = TypeVar("T")


class InitFailedError(Exception):
    """An object that exists and is to be kept in the state, though it is not what was waited for."""

    def __init__(self, detail: pb.ErrorResourceInitFailed) -> None:
        super().__init__("; ".join(detail.reasons))
        self.detail = detail

    @classmethod
    def of(
        cls,
        identifier: str,
        reasons: list[str],
        properties: struct_pb2.Struct,
        inputs: struct_pb2.Struct | None = None,
    ) -> InitFailedError:
        """Return the failure of an object of that id, with its outputs and why it failed."""
        detail = pb.ErrorResourceInitFailed(
            id=identifier, reasons=reasons, properties=properties, inputs=inputs
        )
        return cls(detail)


@contextmanager
def telling(name: str, redact: Redactor) -> Generator[None]:
    """Turn what goes wrong with an object into one sentence about it, without its secrets."""
    try:
        yield
    except ApiError as problem:
        raise RefusedError(redact(problem.explain(name))) from None
    except NoSuchTypeError as problem:
        message = f"{name}: {problem}: no such API type is served. Is its CRD created before it?"
        raise RefusedError(redact(message)) from None
    except UnreachableError as problem:
        message = f"{name}: the cluster cannot be reached: {problem}"
        raise UnreachableError(redact(message)) from None
    except (RefusedError, StoppedError) as problem:
        raise type(problem)(redact(str(problem))) from None


def answered(handler: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Answer a call with what went wrong in it.

    Of an error that should not be only the place is told: its text may hold a secret.
    """

    @wraps(handler)
    async def call(*arguments: P.args, **options: P.kwargs) -> T:
        context = cast("Context", arguments[-1])
        try:
            return await handler(*arguments, **options)
        except InitFailedError as problem:
            await _abort(context, str(problem), problem.detail)
        except (RefusedError, StoppedError) as problem:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(problem))
        except UnreachableError as problem:
            await context.abort(grpc.StatusCode.UNKNOWN, str(problem))
        except grpc.aio.AbortError:
            raise
        except Exception as problem:
            frame = traceback.extract_tb(problem.__traceback__)[-1]
            place = f"{frame.filename}:{frame.lineno}"
            message = f"{handler.__name__} failed with {type(problem).__name__} at {place}: this is a defect"
            await context.abort(grpc.StatusCode.INTERNAL, message)
        raise AssertionError

    return call


async def _abort(context: Context, message: str, detail: pb.ErrorResourceInitFailed) -> None:
    """End a call with details: a google.rpc.Status in the trailing metadata, where gRPC looks for it."""
    code = grpc.StatusCode.UNKNOWN
    packed = any_pb2.Any()
    packed.Pack(detail)
    status = status_pb2.Status(code=code.value[0], message=message, details=[packed])
    await context.abort(code, message, (("grpc-status-details-bin", status.SerializeToString()),))
