"""The stack files: what a platform team finds in them."""

from tests.clusters.gcp.graph import CLUSTER, graph, settings_of, stack


def test_development_is_small_cheap_and_can_be_removed() -> None:
    settings = settings_of(stack("gcp-dev"))
    assert not settings.deletion_protection
    assert settings.endpoint.public
    pools = {pool.name: pool for pool in settings.contracts()}
    assert [name for name, pool in pools.items() if pool.accelerator] == ["gpu"]
    assert pools["gpu"].spot
    assert pools["gpu"].min_nodes == 0


def test_production_is_private_and_protected_and_stands_in_three_zones() -> None:
    settings = settings_of(stack("gcp-prod"))
    assert settings.deletion_protection
    assert not settings.endpoint.public
    assert len(settings.zones) == 3
    assert settings.encryption.enabled
    inputs = graph(stack("gcp-prod")).one(CLUSTER).inputs
    assert inputs["privateClusterConfig"]["enablePrivateEndpoint"] is True


def test_production_trains_on_reserved_h100_and_serves_on_l4() -> None:
    pools = {pool.name: pool for pool in settings_of(stack("gcp-prod")).node_pools}
    contracts = {pool.name: pool for pool in settings_of(stack("gcp-prod")).contracts()}
    assert pools["training"].reservation is not None
    assert pools["training"].multi_node
    models = {name: pool.accelerator.model for name, pool in contracts.items() if pool.accelerator}
    assert models["training"] == "NVIDIA H100 80GB HBM3"
    assert models["serving"] == "NVIDIA L4"
    assert not contracts["serving"].spot


def test_every_resource_that_can_be_labelled_says_its_environment() -> None:
    for name, environment in (("gcp-dev", "dev"), ("gcp-prod", "prod")):
        found = graph(stack(name))
        labelled = [
            one.inputs[key] for one in found.made for key in ("labels", "resourceLabels") if key in one.inputs
        ]
        assert labelled
        assert {one["environment"] for one in labelled} == {environment}
