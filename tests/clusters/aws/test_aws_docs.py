"""The page on EKS names every key that there is."""

from pathlib import Path

import pytest

from components.clusters.aws.network_settings import GivenNetworkSettings, NetworkSettings
from components.clusters.aws.pool_settings import AwsPoolSettings, ReservationSettings
from components.clusters.aws.settings import (
    AccessSettings,
    AwsSettings,
    EncryptionSettings,
    LogSettings,
    SharedStorageSettings,
)
from components.settings_base import Settings

PAGE = (Path(__file__).parents[3] / "docs" / "clusters" / "aws.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "model",
    [
        AwsSettings,
        AwsPoolSettings,
        ReservationSettings,
        NetworkSettings,
        GivenNetworkSettings,
        AccessSettings,
        EncryptionSettings,
        LogSettings,
        SharedStorageSettings,
    ],
)
def test_every_key_is_on_the_page(model: type[Settings]) -> None:
    keys = [field.alias or name for name, field in model.model_fields.items()]
    assert [key for key in keys if not any(f"{key}{end}" in PAGE for end in ("`", ":", ","))] == []


def test_every_key_has_a_description() -> None:
    for model in (AwsSettings, AwsPoolSettings, NetworkSettings, ReservationSettings):
        for name, field in model.model_fields.items():
            nested = isinstance(field.default, Settings)
            assert field.description or nested or name == "name", f"{model.__name__}.{name}"
