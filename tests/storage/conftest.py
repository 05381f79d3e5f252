"""Whatever data service a test declares, its inputs are those that the cloud's SDK declares."""

from collections.abc import Generator

import pytest

from tests.support.clouds_inputs import held_to_the_sdks


@pytest.fixture(autouse=True, scope="package")
def right_inputs() -> Generator[None]:
    with held_to_the_sdks():
        yield
