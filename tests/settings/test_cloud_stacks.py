"""The clouds' stack files have a certificate, a login and teams, and are accepted as they are."""

from functools import cache

import pytest
import yaml

from components.identity.needed_secrets import required
from components.platform_settings import PlatformSettings, platform_settings
from tests.support.project import ROOT

CLOUDS = ("aws", "gcp", "azure")
STACKS = [f"{cloud}-{kind}" for cloud in CLOUDS for kind in ("dev", "prod")]


@cache
def _settings(name: str) -> PlatformSettings:
    config = yaml.safe_load((ROOT / "stacks" / f"Pulumi.{name}.yaml").read_text())["config"]
    return platform_settings({key.removeprefix("slipway:"): value for key, value in config.items()})


@pytest.mark.parametrize("name", STACKS)
def test_people_come_by_name_over_https_with_a_certificate_of_a_known_authority(name: str) -> None:
    gateway = _settings(name).gateway
    assert gateway.url == f"https://{gateway.host}"
    assert gateway.tls.source in ("acme", "given")
    assert any(host.startswith("*.") for host in gateway.hosts), "models have names below it"


@pytest.mark.parametrize("name", STACKS)
def test_nobody_outside_of_the_clouds_network_reaches_the_gateway(name: str) -> None:
    assert _settings(name).gateway.exposure == "internal"


@pytest.mark.parametrize("cloud", CLOUDS)
def test_production_has_the_companys_login_and_development_its_own(cloud: str) -> None:
    production, development = _settings(f"{cloud}-prod"), _settings(f"{cloud}-dev")
    assert production.identity.provider == "oidc"
    assert required(production.identity, production.gateway).keys() == {"client-secret"}
    assert development.identity.provider == "dex"
    assert required(development.identity, development.gateway) == {}


@pytest.mark.parametrize("name", STACKS)
def test_there_are_three_teams_with_a_quota_of_gpus_that_the_stack_has(name: str) -> None:
    settings = _settings(name)
    assert len(settings.teams) == 3
    models = {pool.accelerator.model for pool in settings.cluster.contracts() if pool.accelerator}
    asked = {model for team in settings.teams.values() if team.quota for model in team.quota.gpus}
    assert asked
    assert asked <= models


@pytest.mark.parametrize("cloud", CLOUDS)
def test_data_in_the_cluster_is_copied_and_that_of_the_cloud_by_the_cloud(cloud: str) -> None:
    assert _settings(f"{cloud}-dev").backs_up
    assert not _settings(f"{cloud}-prod").backs_up
    assert _settings(f"{cloud}-prod").data.provider == "cloud"
