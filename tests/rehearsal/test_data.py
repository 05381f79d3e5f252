"""What of a cloud's databases and bucket runs in the cluster is rehearsed, and nothing in their place."""

from functools import cache

import pulumi
import pytest

from components.platform import deploy_on
from components.platform_settings import platform_settings
from simulator.driver.explain import settings_of
from simulator.driver.project import Project
from simulator.rehearsal.data import RehearsedData
from simulator.rehearsal.program import rehearsed
from tests.support.project import ROOT
from tests.support.render import Rendered, mocked_cluster, run
from tests.support.stack_files import made_up_secrets

SERVERS = {"mysql", "seaweedfs", "katib-mysql", "model-registry-db"}


@cache
def declared(name: str) -> Rendered:
    """What the program of a stack declares in a rehearsal."""
    settings = rehearsed(platform_settings(settings_of(Project.find(ROOT).stack(name))))
    rendered = Rendered()

    def program() -> None:
        cluster = mocked_cluster(node_pools=settings.cluster.contracts())
        opts = pulumi.ResourceOptions(providers=[cluster.provider])
        provider, copied = settings.cluster.provider, settings.backs_up
        data = RehearsedData(settings.data, cluster, opts, backups=copied, provider=provider)
        deploy_on(cluster, settings, made_up_secrets(settings), data=data)

    run(program, rendered)
    return rendered


@pytest.mark.parametrize("name", ["aws-prod", "gcp-prod", "azure-prod"])
def test_servers_of_the_cloud_have_no_pods_but_those_that_prepare_them(name: str) -> None:
    found = declared(name)
    assert not SERVERS & found.names("Deployment")
    assert len(found.of("Job")) == 3
    assert "ml-pipeline" in found.names("Deployment")


def test_a_bucket_of_azure_has_its_gateways() -> None:
    gateways = {one for one in declared("azure-prod").names("Deployment") if one.startswith("blob-")}
    assert len(gateways) > 1
    assert not [one for one in declared("aws-prod").names("Deployment") if one.startswith("blob-")]
