"""The nodes of a rehearsal are those that the cloud would make, with the pods that it would bring."""

from pathlib import Path

import pytest
import yaml

from components.platform_settings import PlatformSettings, platform_settings
from simulator.driver.explain import settings_of
from simulator.driver.project import Project, Stack
from simulator.rehearsal.derived import placeholders, write
from simulator.rehearsal.groups import NodeGroup, groups_of
from simulator.rehearsal.stand_ins import STAND_IN, stand_ins
from tests.support.project import ROOT

DEX_USER = {"email": "ann@example.com", "passwordHash": "ann"}


def stack(name: str) -> Stack:
    return Project.find(ROOT).stack(name)


def settings(name: str) -> PlatformSettings:
    return platform_settings(settings_of(stack(name)))


def group(name: str, wanted: str) -> NodeGroup:
    (found,) = (one for one in groups_of(settings(name).cluster) if one.name == wanted)
    return found


@pytest.mark.parametrize("name", ["aws-prod", "gcp-prod", "azure-prod", "aws-dev", "gcp-dev", "azure-dev"])
def test_every_pool_has_nodes_with_the_labels_taints_and_devices_of_its_contract(name: str) -> None:
    cluster = settings(name).cluster
    found = groups_of(cluster)
    for pool in cluster.contracts():
        of_pool = [one for one in found if one.pool == pool.name]
        first = of_pool[0]
        assert sum(one.least for one in of_pool) == pool.min_nodes
        assert sum(one.most for one in of_pool if not one.fallback) == pool.max_nodes
        assert pool.labels.items() <= first.labels.items()
        assert {(taint.key, taint.value) for taint in pool.taints} == {
            (taint["key"], taint["value"]) for taint in first.taints
        }
        assert first.labels["kubernetes.io/arch"] == pool.architecture
        if pool.accelerator:
            assert first.shape["devices"][pool.accelerator.resource] == pool.accelerator.units
        assert all(first.allocatable[name] > 0 for name in ("cpu", "memory", "pods", "ephemeral-storage"))


def test_a_pool_of_eks_has_a_group_for_each_zone_that_shares_its_nodes() -> None:
    found = [one for one in groups_of(settings("aws-prod").cluster) if one.pool == "system"]
    assert [one.zones for one in found] == [("us-east-2a",), ("us-east-2b",), ("us-east-2c",)]
    assert [(one.least, one.most) for one in found] == [(1, 4)] * 3


def test_training_over_several_nodes_has_its_network_cards() -> None:
    training = group("aws-prod", "training-on-demand")
    assert training.shape["devices"] == {"nvidia.com/gpu": 8, "vpc.amazonaws.com/efa": 32}
    assert training.capacity == "reserved"


def test_spot_nodes_of_aks_are_tainted_and_their_fallback_is_not() -> None:
    spot, fallback = group("azure-prod", "work"), group("azure-prod", "workod")
    assert [taint["key"] for taint in spot.taints] == ["kubernetes.azure.com/scalesetpriority"]
    assert (spot.capacity, fallback.capacity) == ("spot", "on demand")
    assert not fallback.taints
    assert fallback.fallback


def test_partitions_of_gke_go_by_the_name_of_whole_devices() -> None:
    assert group("gcp-prod", "notebooks").shape["devices"] == {"nvidia.com/gpu": 7}


def test_pods_that_cloud_and_charts_bring_reserve_what_the_stack_says() -> None:
    given = settings("aws-prod")
    found = {one.name: one for one in stand_ins(given, given.cluster.contracts())}
    assert found["istiod"].cpu == 500
    assert found["istiod"].replicas == given.addons.replicas
    assert found["aws-node"].replicas is None
    assert found["efa-device-plugin-training"].selector == {"slipway.dev/pool": "training"}
    assert found["nvidia-device-plugin"].selector == {"nvidia.com/gpu.present": "true"}
    assert "knative-activator" not in found
    (pod,) = found["istiod"].manifest()["spec"]["template"]["spec"]["containers"]
    assert pod["resources"]["requests"] == {"cpu": "500m", "memory": "2048Mi"}
    assert found["istiod"].manifest()["metadata"]["labels"][STAND_IN] == "charts"


def test_without_a_mesh_no_pod_of_it_is_brought() -> None:
    given = platform_settings({**settings_of(stack("minimal")), "cluster": {"provider": "simulated"}})
    names = {one.name for one in stand_ins(given, given.cluster.contracts())}
    assert "cert-manager" in names
    assert not [name for name in names if name.startswith("istio")]


def test_gke_sees_to_devices_itself_and_what_is_on_brings_its_pods() -> None:
    given = settings_of(stack("gcp-prod"))
    on = platform_settings({**given, "addons": {"knative": {"enabled": True}, "kueue": {"enabled": True}}})
    found = {one.name: one for one in stand_ins(on, on.cluster.contracts())}
    assert "nvidia-device-plugin" not in found
    assert "nvidia-gpu-device-plugin" in found
    assert {"knative-activator", "kueue-controller-manager"} <= found.keys()
    # Its pods have a sidecar as well: 300m of its own and 10m.
    assert found["knative-activator"].cpu == 310


def test_names_of_stand_ins_differ() -> None:
    for name in ("aws-prod", "gcp-prod", "azure-prod"):
        given = settings(name)
        names = [one.name for one in stand_ins(given, given.cluster.contracts())]
        assert len(names) == len(set(names))


def test_what_protects_the_secrets_of_a_stack_stays_behind(tmp_path: Path) -> None:
    whole = stack("gcp-prod")
    secret = {"slipway:secret-client-secret": {"secure": "v1:abc:def"}}
    config = {**whole.config, **secret}
    content = {"encryptionsalt": "v1:abc", "secretsprovider": "gcpkms://key", "config": config}
    original = Stack(whole.project, whole.name, whole.file, content, config)
    derived = write(tmp_path, original)
    assert derived.is_local
    assert yaml.safe_load(derived.file.read_text()) == {"config": dict(whole.config)}
    made = placeholders(original, platform_settings(settings_of(original)))
    assert made.keys() == {"slipway:secret-client-secret"}
    assert "abc" not in made["slipway:secret-client-secret"]


def test_secrets_that_are_asked_for_are_made_up_in_the_form_that_is_checked() -> None:
    whole = stack("gcp-prod")
    users = {"slipway:identity": {"provider": "dex", "dex": {"users": [DEX_USER]}}}
    config = {**whole.config, **users}
    original = Stack(whole.project, whole.name, whole.file, {"config": config}, config)
    made = placeholders(original, platform_settings(settings_of(original)))
    assert made["slipway:secret-ann"].startswith("$2b$10$")
