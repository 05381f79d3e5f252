"""The clouds' stack files have a certificate, a login and teams, and are accepted as they are."""

from functools import cache

import pytest

from components.identity.needed_secrets import required
from components.platform_settings import PlatformSettings, platform_settings
from tests.support.stack_files import stack_values

CLOUDS = ("aws", "gcp", "azure")
STACKS = [f"{cloud}-{kind}" for cloud in CLOUDS for kind in ("dev", "prod")]


@cache
def _settings(name: str) -> PlatformSettings:
    return platform_settings(stack_values(name))


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


@pytest.mark.parametrize("name", STACKS)
def test_databases_and_bucket_are_the_clouds_and_so_are_their_copies(name: str) -> None:
    assert _settings(name).data.provider == "cloud"
    assert not _settings(name).backs_up


@pytest.mark.parametrize("cloud", CLOUDS)
def test_production_alone_is_protected_and_twice_there(cloud: str) -> None:
    production, development = (_settings(f"{cloud}-{kind}") for kind in ("prod", "dev"))
    assert production.data.database.highly_available
    assert production.data.database.deletion_protection
    assert production.availability.disruption_budgets
    assert not development.data.database.highly_available
    assert not development.data.database.deletion_protection
    assert not development.availability.disruption_budgets
