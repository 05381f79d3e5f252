"""Rights: a node may log, measure and pull images; the key is used by those that encrypt with it."""

import pytest

from tests.clusters.gcp.graph import (
    ACCOUNT,
    API,
    CLUSTER,
    GRANT,
    IDENTITY,
    KEY,
    KEY_GRANT,
    NODE_POOL,
    PLAIN,
    RING,
    graph,
    settings_of,
    stack,
)

GIVEN = "projects/acme-keys/locations/europe-west4/keyRings/ml/cryptoKeys/cluster"


def agents(**given: object) -> set[str]:
    members = [one.inputs["member"] for one in graph(**given).of(KEY_GRANT)]
    assert len(members) == len(set(members))
    return set(members)


def test_nodes_have_an_account_of_their_own_with_two_roles() -> None:
    found = graph()
    account = found.one(ACCOUNT)
    assert {one.inputs["role"] for one in found.of(GRANT)} == {
        "roles/container.defaultNodeServiceAccount",
        "roles/artifactregistry.reader",
    }
    assert {one.inputs["member"] for one in found.of(GRANT)} == {
        "serviceAccount:gcp-test-nodes@acme-ml.iam.gserviceaccount.com"
    }
    assert all(account.key in one.waits for one in found.of(GRANT))


@pytest.mark.parametrize("name", ["gcp-dev", "gcp-prod"])
def test_nobody_gets_a_role_that_may_do_everything(name: str) -> None:
    found = graph(stack(name))
    roles = {one.inputs["role"] for one in (*found.of(GRANT), *found.of(KEY_GRANT))}
    assert not roles & {"roles/owner", "roles/editor", "roles/viewer"}
    assert not [role for role in roles if role.endswith((".admin", "Admin"))]


def test_no_node_starts_before_it_may_log_and_pull() -> None:
    found = graph(stack("gcp-prod"))
    grants = {one.key for one in found.of(GRANT)}
    for pool in found.of(NODE_POOL):
        assert grants <= pool.waits


def test_two_clusters_of_one_name_in_two_regions_have_two_accounts_of_at_most_30_characters() -> None:
    name = "a-cluster-with-a-name-of-forty-character"
    there = {**PLAIN, "region": "us-central1", "name": name}
    assert settings_of(there).name == name
    ids = {str(graph(given).one(ACCOUNT).inputs["accountId"]) for given in (there, {**PLAIN, "name": name})}
    assert len(ids) == 2
    assert all(6 <= len(one) <= 30 for one in ids)


def test_a_key_is_made_that_is_rotated_and_can_be_restored_for_a_month() -> None:
    key = graph().one(KEY).inputs
    assert key["rotationPeriod"] == f"{90 * 24 * 3600}s"
    assert key["destroyScheduledDuration"] == f"{30 * 24 * 3600}s"
    assert graph().one(RING).inputs["location"] == "europe-west4"


def test_a_key_ring_that_google_keeps_for_ever_does_not_stand_in_the_way_of_a_second_one() -> None:
    assert "name" not in graph().one(RING).inputs


def test_only_those_that_encrypt_may_use_the_key() -> None:
    assert agents() == {
        "serviceAccount:service-123456789012@container-engine-robot.iam.gserviceaccount.com",
        "serviceAccount:service-123456789012@compute-system.iam.gserviceaccount.com",
        "serviceAccount:service-123456789012@cloud-filer.iam.gserviceaccount.com",
    }
    assert {one.inputs["role"] for one in graph().of(KEY_GRANT)} == {
        "roles/cloudkms.cryptoKeyEncrypterDecrypter"
    }


@pytest.mark.parametrize("shared", [None, "basicHdd"])
def test_filestore_has_no_use_of_a_key_that_it_does_not_encrypt_with(shared: str | None) -> None:
    assert not [one for one in agents(storage={"shared": shared}) if "cloud-filer" in one]


def test_agents_are_there_before_they_are_granted_anything() -> None:
    found = graph()
    for grant in found.of(KEY_GRANT):
        assert grant.waits & {one.key for one in (*found.of(IDENTITY), *found.of(API))}


def test_nothing_is_encrypted_before_it_may_be() -> None:
    found = graph()
    grants = {one.key for one in found.of(KEY_GRANT)}
    assert grants <= found.one(CLUSTER).waits
    for pool in found.of(NODE_POOL):
        assert grants <= found.before(pool)


def test_a_key_that_is_given_is_used_and_none_is_made() -> None:
    found = graph(encryption={"key": GIVEN})
    assert found.of(KEY) == found.of(RING) == []
    assert {one.inputs["cryptoKeyId"] for one in found.of(KEY_GRANT)} == {GIVEN}
    assert found.one(CLUSTER).inputs["databaseEncryption"]["keyName"] == GIVEN


def test_without_a_key_of_one_s_own_there_is_none() -> None:
    found = graph(encryption={"enabled": False})
    assert [one for token in (KEY, RING, KEY_GRANT, IDENTITY) for one in found.of(token)] == []
    assert getattr(found.contract.cloud, "kms_key_id", "missing") is None


def test_the_contract_has_the_key_for_databases_and_buckets() -> None:
    assert getattr(graph().contract.cloud, "kms_key_id", None) is not None
