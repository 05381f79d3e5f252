"""The object store in the cluster: who opens which part of it, and who else is kept out."""

import json
from typing import Any

import pulumi
import pytest

from components.contracts import ObjectStore
from components.storage import ObjectStoreSettings, SeaweedFS, StoreUser
from tests.components.storage import (
    USERS,
    kinds,
    learned,
    pod,
    restarts_with,
    seaweedfs,
    store_args,
    text,
    values,
)
from tests.support.alone import Surroundings, declare
from tests.support.render import Rendered


def identities(rendered: Rendered) -> dict[str, Any]:
    held = json.loads(text(rendered.get("Secret", "store-identities"), "identities.json"))
    return {one["name"]: one for one in held["identities"]}


def test_a_teams_keys_open_its_own_prefixes_and_nothing_more() -> None:
    actions = identities(kinds()["seaweedfs"])["team-a"]["actions"]
    targets = {action.partition(":")[2] for action in actions}
    assert targets == {"things/private/team-a/*", "things/shared/*"}
    assert not [action for action in actions if action.startswith("Admin")]


def test_whoever_only_reads_is_given_no_right_to_write() -> None:
    actions = identities(kinds()["seaweedfs"])["reader"]["actions"]
    assert sorted(actions) == ["List:things", "Read:things"]


def test_nobody_administers_the_store() -> None:
    found = identities(kinds()["seaweedfs"])
    assert set(found) == {"owner", "reader", "team-a"}
    assert not [one for one in found.values() if any(verb.startswith("Admin") for verb in one["actions"])]


def test_users_here_have_a_secret_and_users_elsewhere_have_none() -> None:
    rendered = kinds()["seaweedfs"]
    assert rendered.names("Secret") == {"owner-keys", "reader-keys", "store-identities"}
    assert values(rendered.get("Secret", "reader-keys")) == {
        "accesskey": "reader",
        "secretkey": "value-of-store-reader",
    }


def test_a_team_is_offered_its_own_keys() -> None:
    keys: list[str] = []

    def build(given: Surroundings) -> pulumi.Output[None]:
        store = SeaweedFS("store", store_args(given, USERS, ObjectStoreSettings())).stores["team-a"]
        assert (store.host, store.port, store.bucket) == ("store.kubeflow", 9000, "things")
        return pulumi.Output.all(store.access_key, store.secret_key).apply(keys.extend)

    declare(build)
    assert keys == ["team-a", "value-of-store-team-a"]


def test_another_team_does_not_restart_the_store() -> None:
    more = (*USERS, StoreUser(name="team-b", prefixes=("private/team-b/",)))
    assert restarts_with(seaweedfs(more)) == restarts_with(kinds()["seaweedfs"])


def test_servers_without_passwords_stay_inside_the_pod() -> None:
    rendered = kinds()["seaweedfs"]
    server = next(one for one in pod(rendered)["containers"] if one["name"] == "seaweedfs")
    assert "-ip.bind=127.0.0.1" in server["args"]
    exposed = {one["targetPort"] for one in rendered.get("Service", "store")["spec"]["ports"]}
    assert exposed == {8333}
    (rule,) = rendered.get("AuthorizationPolicy", "store")["spec"]["rules"]
    assert rule == {"to": [{"operation": {"ports": ["8333"]}}]}
    (ingress,) = rendered.get("NetworkPolicy", "store")["spec"]["ingress"]
    assert [one["port"] for one in ingress["ports"]] == [8333]


def test_the_store_takes_its_users_from_the_file_and_lets_nobody_in_before() -> None:
    server = next(one for one in pod(kinds()["seaweedfs"])["containers"] if one["name"] == "seaweedfs")
    assert "-s3.config=/etc/seaweedfs-identities/identities.json" in server["args"]
    assert "-s3.iam=false" in server["args"]
    assert "-iam" not in server["args"]


@pytest.mark.parametrize("users", [(), (USERS[0], USERS[0])])
def test_a_store_without_users_or_with_one_twice_is_refused(users: tuple[StoreUser, ...]) -> None:
    with pytest.raises(ValueError, match="users need names of their own"):
        seaweedfs(users)


def test_a_store_is_offered_for_each_user() -> None:
    def offered(given: Surroundings) -> dict[str, ObjectStore]:
        return dict(SeaweedFS("store", store_args(given, USERS, ObjectStoreSettings())).stores)

    assert set(learned(offered)) == {"owner", "reader", "team-a"}
