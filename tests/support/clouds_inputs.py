"""Everything that a test declares under Pulumi's mocks, held against what the clouds' SDKs declare."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast
from unittest.mock import patch

from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.rpc import deserialize_properties

from tests.clouds.declared import is_cloud
from tests.clouds.inputs import wrong_inputs


@contextmanager
def held_to_the_sdks() -> Generator[None]:
    """Fail where a cloud's resource that was declared meanwhile has an input that is wrong."""
    wrong: list[str] = []
    register = cast("Any", MockMonitor.RegisterResource)  # pyright: ignore[reportUnknownMemberType]

    def held(monitor: MockMonitor, request: Any) -> Any:  # noqa: ANN401 - untyped there
        token = str(request.type)
        if is_cloud(token):
            inputs = cast("dict[str, Any]", deserialize_properties(request.object))
            wrong.extend(f"{token} {request.name}: {one}" for one in wrong_inputs(token, inputs))
        return register(monitor, request)

    with patch.object(MockMonitor, "RegisterResource", held):
        yield
    assert not wrong, "\n".join(wrong)
