"""Copies of databases and objects in the cluster: what runs when, as whom, and what it may do."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pulumi
import pytest
import yaml

from components.identity.secrets import GivenSecrets
from components.platform import deploy_on
from components.platform_settings import platform_settings
from tests.support.render import MINIMAL, Object, Rendered, mocked_cluster, render, run

OUTSIDE = {
    "target": {
        "endpoint": "https://s3.example.com",
        "bucket": "acme-copies",
        "prefix": "kubeflow/prod",
        "region": "eu-central-1",
        "kind": "AWS",
    },
    "keepDays": 30,
    "schedule": "0 3 * * 0",
    "timeZone": "Europe/Berlin",
}
DATABASES = {"mysql", "katib-mysql", "model-registry-db"}
JOBS = [f"{name}-{what}" for name in sorted(DATABASES) for what in ("backup", "restore")]
KEY_NAMES = ("RCLONE_CONFIG_TARGET_ACCESS_KEY_ID", "RCLONE_CONFIG_TARGET_SECRET_ACCESS_KEY")


def _stack(**backup: Any) -> dict[str, Any]:  # noqa: ANN401 - as YAML has it
    return {**yaml.safe_load(MINIMAL), "data": {"backup": {"enabled": True, **backup}}}


def inside() -> Rendered:
    return render(_stack())


@cache
def outside() -> Rendered:
    rendered = Rendered()
    keys = {"backup-access-key": "acme", "backup-secret-key": "given-for-the-copies"}

    def program() -> None:
        values = {name: pulumi.Output.secret(value) for name, value in keys.items()}
        deploy_on(mocked_cluster(), platform_settings(_stack(**OUTSIDE)), GivenSecrets(values=values))

    run(program, rendered)
    return rendered


def _spec(rendered: Rendered, name: str) -> Mapping[str, Any]:
    spec: Mapping[str, Any] = rendered.get("CronJob", name)["spec"]
    return spec


def _pod(rendered: Rendered, name: str) -> Object:
    found: Object = _spec(rendered, name)["jobTemplate"]["spec"]["template"]
    return found


def _containers(rendered: Rendered, name: str) -> list[Mapping[str, Any]]:
    spec = _pod(rendered, name)["spec"]
    return [*spec.get("initContainers", []), *spec["containers"]]


def _told(container: Mapping[str, Any]) -> dict[str, Any]:
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container["env"]}


def _identities(rendered: Rendered) -> dict[str, list[str]]:
    text = rendered.get("Secret", "seaweedfs-identities")["stringData"]["identities.json"]
    return {one["name"]: one["actions"] for one in json.loads(text)["identities"]}


def test_a_local_stack_copies_nothing() -> None:
    rendered = render()
    assert not rendered.of("CronJob")
    assert "kubeflow-backups" not in _identities(rendered)
    keeper = rendered.get("Deployment", "seaweedfs")["spec"]["template"]["spec"]["containers"][1]
    assert _told(keeper)["BUCKET"] == "mlpipeline"
    assert "FURTHER" not in _told(keeper)


AWS = {"provider": "aws", "account": "123456789012", "region": "eu-central-1"}


@pytest.mark.parametrize(
    ("cluster", "copied"), [(AWS, True), ({"provider": "kind"}, False)], ids=["aws", "kind"]
)
def test_copies_are_made_where_data_is_kept(cluster: dict[str, Any], copied: bool) -> None:
    assert platform_settings({"cluster": cluster}).backs_up is copied
    off = {"cluster": cluster, "data": {"backup": {"enabled": False}}}
    assert platform_settings(off).backs_up is False


def test_a_stack_without_a_bucket_for_copies_makes_none_unless_it_asks_for_them() -> None:
    off = {"pipelines": {"enabled": False}}
    assert platform_settings({"cluster": AWS, "components": off}).backs_up is False
    there = {"backup": {"target": OUTSIDE["target"]}}
    assert platform_settings({"cluster": AWS, "components": off, "data": there}).backs_up is True


def test_every_database_server_is_copied_by_schedule_and_restored_by_hand_alone() -> None:
    assert inside().names("CronJob") == set(JOBS)
    for name in JOBS:
        spec = _spec(inside(), name)
        assert spec["suspend"] is name.endswith("-restore")
        assert spec["concurrencyPolicy"] == "Forbid"
        assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 7200
        assert spec["successfulJobsHistoryLimit"] == 1
    assert _spec(outside(), "mysql-backup")["schedule"] == "0 3 * * 0"
    assert _spec(outside(), "mysql-backup")["timeZone"] == "Europe/Berlin"


@pytest.mark.parametrize("name", JOBS)
def test_a_job_is_hardened_and_its_sidecar_does_not_outlive_it(name: str) -> None:
    pod = _pod(inside(), name)
    assert pod["metadata"]["labels"]["sidecar.istio.io/inject"] == "true"
    assert pod["metadata"]["annotations"]["sidecar.istio.io/nativeSidecar"] == "true"
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert pod["spec"]["restartPolicy"] == "Never"
    for container in _containers(inside(), name):
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}


def _let_in(server: str, job: str) -> bool:
    labels = _pod(inside(), job)["metadata"]["labels"]
    (opening,) = inside().get("NetworkPolicy", server)["spec"]["ingress"]
    selected = [one["podSelector"]["matchLabels"] for one in opening["from"] if "podSelector" in one]
    return any(one.items() <= labels.items() for one in selected)


def test_the_mesh_lets_the_jobs_into_the_guarded_server_and_no_service_sends_them_requests() -> None:
    (rule,) = inside().get("AuthorizationPolicy", "mysql")["spec"]["rules"]
    account = _pod(inside(), "mysql-backup")["spec"]["serviceAccountName"]
    principal = f"cluster.local/ns/kubeflow/sa/{account}"
    assert principal in rule["from"][0]["source"]["principals"]
    (without,) = render().get("AuthorizationPolicy", "mysql")["spec"]["rules"]
    assert principal not in without["from"][0]["source"]["principals"]
    for job, server in (
        ("mysql-backup", "mysql"),
        ("katib-mysql-restore", "katib-mysql"),
        ("model-registry-db-backup", "model-registry-db"),
        ("mysql-backup", "seaweedfs"),
    ):
        assert _let_in(server, job)
    assert not _let_in("katib-mysql", "mysql-backup")
    selectors = [one["spec"]["selector"] for one in inside().of("Service") if one["spec"].get("selector")]
    for name in JOBS:
        labels = _pod(inside(), name)["metadata"]["labels"]
        assert not any(selector.items() <= labels.items() for selector in selectors)


def test_nobody_but_the_jobs_may_use_the_bucket_with_the_copies() -> None:
    users = _identities(inside())
    assert users["kubeflow-backups"] == [
        f"{verb}:kubeflow-backups" for verb in ("Read", "List", "Write", "Tagging")
    ]
    others = [action for name, actions in users.items() if name != "kubeflow-backups" for action in actions]
    assert others
    assert not [action for action in others if action.split(":")[1].startswith("kubeflow-backups")]
    keeper = inside().get("Deployment", "seaweedfs")["spec"]["template"]["spec"]["containers"][1]
    assert _told(keeper)["FURTHER"] == "kubeflow-backups"


def test_where_copies_go_outside_the_jobs_own_user_only_reads_the_bucket_in_the_cluster() -> None:
    assert _identities(outside())["kubeflow-backups"] == ["Read:mlpipeline", "List:mlpipeline"]
    (copy,) = _containers(outside(), "seaweedfs-backup")
    (restore,) = _containers(outside(), "seaweedfs-restore")
    read = _told(copy)["RCLONE_CONFIG_SOURCE_SECRET_ACCESS_KEY"]["secretKeyRef"]["name"]
    write = _told(restore)["RCLONE_CONFIG_SOURCE_SECRET_ACCESS_KEY"]["secretKeyRef"]["name"]
    assert (read, write) == ("kubeflow-backups-keys", "mlpipeline-minio-artifact")


def test_the_store_is_not_copied_into_itself() -> None:
    assert not {"seaweedfs-backup", "seaweedfs-restore"} & inside().names("CronJob")
    assert {"seaweedfs-backup", "seaweedfs-restore"} <= outside().names("CronJob")


def test_copies_go_where_the_stack_says_with_the_keys_it_gives() -> None:
    store = _containers(outside(), "mysql-backup")[-1]
    told = _told(store)
    assert told["TARGET"] == "target:acme-copies/kubeflow/prod"
    assert told["RCLONE_CONFIG_TARGET_ENDPOINT"] == "https://s3.example.com"
    assert told["RCLONE_CONFIG_TARGET_PROVIDER"] == "AWS"
    assert told["KEEP_DAYS"] == "30"
    secret = outside().get("Secret", "kubeflow-backups-target")["stringData"]
    assert secret == {"accesskey": "acme", "secretkey": "given-for-the-copies"}
    assert {told[name]["secretKeyRef"]["name"] for name in KEY_NAMES} == {"kubeflow-backups-target"}


def test_no_key_and_no_password_stands_in_a_job() -> None:
    text = json.dumps([one["spec"] for one in (*inside().of("CronJob"), *outside().of("CronJob"))])
    assert "given-for-the-copies" not in text
    users = inside().get("Secret", "mysql-secret")["stringData"]
    passwords = [value for key, value in users.items() if "password" in key]
    assert len(passwords) == 3
    assert not [password for password in passwords if password in text]


@pytest.mark.parametrize(
    ("job", "users"),
    [
        ("mysql-backup", {"mlpipeline", "metadb", "cachedb"}),
        ("katib-mysql-restore", {"katib"}),
        ("model-registry-db-restore", {"metadb", "catalog"}),
    ],
)
def test_each_database_is_read_and_written_by_its_own_user(job: str, users: set[str]) -> None:
    volumes = {one["name"]: one for one in _pod(inside(), job)["spec"]["volumes"]}
    (source,) = volumes["users"]["projected"]["sources"]
    paths = [item["path"] for item in source["secret"]["items"]]
    assert {path.split("/")[0] for path in paths} == users
    assert {path.split("/")[1] for path in paths} == {"user", "password"}
    written = inside().get("Secret", source["secret"]["name"])["stringData"]
    assert {item["key"] for item in source["secret"]["items"]} <= set(written)


def test_a_copy_is_whole_before_it_leaves_the_pod_and_a_restore_fetches_before_it_writes() -> None:
    assert [one["name"] for one in _containers(inside(), "mysql-backup")] == ["dump", "store"]
    assert [one["name"] for one in _containers(inside(), "mysql-restore")] == ["fetch", "load"]
    load = _containers(inside(), "mysql-restore")[1]
    assert _told(load)["REPLACE"] == "no"
    assert "RCLONE_CONFIG_TARGET_SECRET_ACCESS_KEY" not in _told(load)


def test_jobs_run_with_the_image_of_their_server_and_come_after_it() -> None:
    image = inside().get("Deployment", "mysql")["spec"]["template"]["spec"]["containers"][0]["image"]
    assert _containers(inside(), "mysql-backup")[0]["image"] == image
    assert "Deployment/mysql" in inside().before("CronJob", "mysql-backup")
    images = inside().outputs["images"]
    assert {one["image"] for name in JOBS for one in _containers(inside(), name)} <= set(images)


def test_keys_that_are_missing_are_named_before_anything_is_made() -> None:
    with pytest.raises(pulumi.RunError, match="slipway:secret-backup-access-key: is missing"):
        run(lambda: deploy_on(mocked_cluster(), platform_settings(_stack(**OUTSIDE))), Rendered())
