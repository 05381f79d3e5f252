"""The bucket of Cloud Storage: private, versioned, encrypted, and each user may do what they need."""

from typing import Any, cast

import pytest

from components.kubeflow.pipelines.launcher import artifact_repository, launcher_config, pipeline_root
from components.kubeflow.pipelines.settings import PipelinesSettings
from components.kubeflow.pipelines.ui import store_environment
from tests.storage.cloud_sql import (
    BUCKET,
    BUCKET_GRANT,
    FOLDER,
    FOLDER_GRANT,
    HMAC,
    KEY,
    KEY_GRANT,
    LONG,
    REGION,
    STORE,
    TEAM,
    gcp_data,
    principal,
    stores,
)

OWNER, PAGES = "kubeflow-pipelines", "kubeflow-pipelines-pages"
RUNS = PipelinesSettings().runs
READS, CHANGES = "roles/storage.objectViewer", "roles/storage.objectUser"
ACCOUNT = "gcp:serviceaccount/account:Account"
SECRET = "kubernetes:core/v1:Secret"


def _bucket(**store: Any) -> dict[str, Any]:  # noqa: ANN401 - as YAML has it
    return dict(gcp_data(data={"objectStore": {"name": BUCKET, **store}}).one(STORE).inputs)


def _folders_of(member: str) -> dict[str, str]:
    """The managed folders that somebody has rights to, with the role."""
    found = (one.inputs for one in gcp_data().of(FOLDER_GRANT) if one.inputs["member"] == member)
    return {one["managedFolder"]: one["role"] for one in found}


def _reader() -> str:
    """The service account that has the key."""
    return f"serviceAccount:{gcp_data().one(HMAC).inputs['serviceAccountEmail']}"


def test_nobody_outside_sees_the_bucket_and_no_object_has_rights_of_its_own() -> None:
    found = _bucket()
    assert found["publicAccessPrevention"] == "enforced"
    assert found["uniformBucketLevelAccess"] is True
    assert found["location"] == REGION
    members = [one.inputs["member"] for one in (*gcp_data().of(BUCKET_GRANT), *gcp_data().of(FOLDER_GRANT))]
    assert not [one for one in members if one.startswith(("allUsers", "allAuthenticatedUsers", "project"))]


def test_objects_are_encrypted_with_the_clusters_key_which_may_be_used() -> None:
    graph = gcp_data()
    assert _bucket()["encryption"] == {"defaultKmsKeyName": KEY}
    (grant,) = (one for one in graph.of(KEY_GRANT) if "gs-project-accounts" in one.inputs["member"])
    assert grant.key in graph.before(graph.one(STORE))
    assert "encryption" not in gcp_data(cloud={"key": False}).one(STORE).inputs


def test_old_versions_stay_for_a_while_and_then_go() -> None:
    found = _bucket(oldVersionsDays=9)
    assert found["versioning"] == {"enabled": True}
    (old,) = (one for one in found["lifecycleRules"] if one["condition"].get("withState") == "ARCHIVED")
    assert old["action"] == {"type": "Delete"}
    assert old["condition"]["daysSinceNoncurrentTime"] == 9


def test_nobody_deletes_an_object_for_good_before_a_week_is_over() -> None:
    assert _bucket()["softDeletePolicy"] == {"retentionDurationSeconds": 604800}


@pytest.mark.parametrize("days", [0, 30])
def test_artifacts_go_after_as_many_days_as_a_stack_says(days: int) -> None:
    graph = gcp_data(pipelines={"retention": {"artifactDays": days}})
    rules = [one["condition"] for one in graph.one(STORE).inputs["lifecycleRules"]]
    live = [one for one in rules if one.get("withState") == "LIVE"]
    wanted = {"age": 30, "matchesPrefixes": ["private-artifacts/"], "withState": "LIVE"}
    assert live == ([wanted] if days else [])


@pytest.mark.parametrize("protected", [True, False])
def test_a_bucket_with_objects_is_deleted_only_where_a_stack_wants_it(protected: bool) -> None:
    graph = gcp_data(data={"objectStore": {"name": BUCKET, "deletionProtection": protected}})
    assert graph.one(STORE).inputs["forceDestroy"] is not protected
    assert graph.one(STORE).protected is protected


def test_a_team_has_its_own_part_of_the_bucket_and_no_other() -> None:
    own = dict.fromkeys(("private-artifacts/vision/", "private/vision/", "shared/"), CHANGES)
    team = principal(TEAM, RUNS.service_account)
    assert _folders_of(team) == own
    assert team not in [one.inputs["member"] for one in gcp_data().of(BUCKET_GRANT)]


def test_teams_share_nothing_but_what_is_everybodys() -> None:
    first, second = (set(_folders_of(principal(one, RUNS.service_account))) for one in LONG)
    assert first & second == {"shared/"}
    assert len(first) == len(second) == 3


def test_a_part_of_the_bucket_that_goes_leaves_its_objects() -> None:
    assert {one.inputs["name"] for one in gcp_data().of(FOLDER)} >= {"shared/", "private/vision/"}
    assert all(one.inputs["forceDestroy"] is True for one in gcp_data().of(FOLDER))


def test_the_pages_read_and_change_nothing() -> None:
    (grant,) = gcp_data().of(BUCKET_GRANT)
    assert grant.inputs["member"] == principal("kubeflow", "ml-pipeline-ui")
    assert grant.inputs["role"] == READS


def test_the_api_server_which_cannot_open_the_bucket_has_no_right_to_it() -> None:
    server = principal("kubeflow", "ml-pipeline")
    grants = (*gcp_data().of(BUCKET_GRANT), *gcp_data().of(FOLDER_GRANT))
    assert server not in [one.inputs["member"] for one in grants]
    assert stores()[OWNER].keyless


def test_the_only_key_reads_the_logs_of_steps_for_the_pages() -> None:
    assert _folders_of(_reader()) == {"private-artifacts/": READS}
    assert len(gcp_data().of(ACCOUNT)) == 1
    assert [name for name, store in stores().items() if not store.keyless] == [PAGES]
    (secret,) = (one for one in gcp_data().of(SECRET) if one.name == "mlpipeline-minio-pages")
    assert secret.inputs["stringData"]["value"] == {
        "accesskey": f"GOOG1E-{PAGES}",
        "secretkey": f"value-of-{PAGES}",
    }


def test_there_is_no_key_where_no_logs_are_kept() -> None:
    graph = gcp_data(pipelines={"runs": {"keepLogs": False}})
    assert graph.of(HMAC) == graph.of(ACCOUNT) == []
    assert all(store.keyless for store in stores(pipelines={"runs": {"keepLogs": False}}).values())


def test_another_version_is_another_key() -> None:
    changed = gcp_data(data={"objectStore": {"name": BUCKET, "keysVersion": "2026-11"}})
    assert changed.one(HMAC).name == f"{gcp_data().one(HMAC).name}-2026-11"


def test_the_account_of_the_key_has_an_id_that_google_takes() -> None:
    name = gcp_data().one(ACCOUNT).inputs["accountId"]
    assert 6 <= len(name) <= 30


def test_runs_find_the_bucket_by_the_identity_of_their_pods() -> None:
    store = stores()[TEAM]
    root = f"gs://{BUCKET}/private-artifacts/vision/v2/artifacts"
    assert pipeline_root(RUNS, store, TEAM) == root
    assert launcher_config(RUNS, store, TEAM) == {"defaultPipelineRoot": root}
    repository = artifact_repository(RUNS, store, TEAM)
    assert "s3" not in repository
    gcs = cast("dict[str, str]", repository["gcs"])
    assert gcs["bucket"] == BUCKET
    assert gcs["keyFormat"].startswith("private-artifacts/vision/")
    assert "serviceAccountKeySecret" not in gcs


def test_the_pages_read_artifacts_by_their_identity_and_logs_with_the_key() -> None:
    told = store_environment(stores()[PAGES], "mlpipeline-minio-pages")
    assert told["AWS_S3_ENDPOINT"] == "storage.googleapis.com"
    assert told["ARGO_ARCHIVE_ARTIFACTORY"] == "s3"
    assert {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} <= set(told)
    assert told["MINIO_ACCESS_KEY"] == told["MINIO_SECRET_KEY"] == ""
    assert store_environment(stores()[TEAM], "") == {"MINIO_ACCESS_KEY": "", "MINIO_SECRET_KEY": ""}
