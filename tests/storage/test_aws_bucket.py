"""The bucket of S3: private, versioned, encrypted, and each user may do what they need and nothing else."""

from typing import Any

import pytest

from components.kubeflow.pipelines.launcher import artifact_repository, launcher_config, pipeline_root
from components.kubeflow.pipelines.settings import PipelinesSettings
from components.kubeflow.pipelines.ui import store_environment
from tests.storage.rds import ACCOUNT, BUCKET, KEY, LONG, REGION, TEAM, aws_data, statements, stores

OWNER, PAGES = "kubeflow-pipelines", "kubeflow-pipelines-pages"
RUNS = PipelinesSettings().runs


def _policy(user: str) -> list[dict[str, Any]]:
    return statements(aws_data().one("iam/rolePolicy:RolePolicy", f"ml-s3-{user}"), "policy")


def _actions(user: str) -> set[str]:
    return {action for one in _policy(user) for action in one["Action"]}


def test_nobody_outside_sees_the_bucket() -> None:
    inputs = aws_data().one("BucketPublicAccessBlock").inputs
    wanted = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert all(inputs[one] is True for one in wanted)


def test_objects_are_encrypted_with_the_clusters_key_and_travel_encrypted() -> None:
    graph = aws_data()
    (rule,) = graph.one("BucketServerSideEncryptionConfiguration").inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY}
    (refusal,) = statements(graph.one("BucketPolicy"), "policy")
    assert refusal["Effect"] == "Deny"
    assert refusal["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_old_versions_stay_for_a_while_and_then_go() -> None:
    graph = aws_data(objectStore={"name": BUCKET, "oldVersionsDays": 9})
    assert graph.one("BucketVersioning").inputs["versioningConfiguration"] == {"status": "Enabled"}
    old = graph.one("BucketLifecycleConfiguration").inputs["rules"][0]
    assert old["noncurrentVersionExpiration"] == {"noncurrentDays": 9}


@pytest.mark.parametrize("protected", [True, False])
def test_a_bucket_with_objects_is_deleted_only_where_a_stack_wants_it(protected: bool) -> None:
    graph = aws_data(objectStore={"name": BUCKET, "deletionProtection": protected})
    bucket = graph.one("s3/bucket:Bucket")
    assert bucket.inputs["forceDestroy"] is not protected
    assert bucket.protected is protected


def test_the_pages_read_and_change_nothing() -> None:
    assert _actions(PAGES) == {"s3:ListBucket", "s3:GetObject", "kms:Decrypt"}
    assert "s3:PutObject" in _actions(OWNER)


def test_a_team_has_its_own_part_of_the_bucket_and_no_other() -> None:
    listing, objects, _ = _policy(TEAM)
    own = ("private-artifacts/vision/*", "private/vision/*", "shared/*")
    assert tuple(listing["Condition"]["StringLike"]["s3:prefix"]) == own
    assert objects["Resource"] == [f"arn:aws:s3:::{BUCKET}/{one}" for one in own]
    assert "Condition" not in _policy(OWNER)[0]


@pytest.mark.parametrize("user", [OWNER, PAGES, TEAM])
def test_nobody_may_do_everything_or_use_the_key_for_anything_else(user: str) -> None:
    assert not [one for one in _actions(user) if "*" in one]
    *_, key = _policy(user)
    assert key["Resource"] == [KEY]
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}


@pytest.mark.parametrize(
    ("user", "namespace", "account"),
    [
        (OWNER, "kubeflow", "ml-pipeline"),
        (PAGES, "kubeflow", "ml-pipeline-ui"),
        (TEAM, TEAM, RUNS.service_account),
    ],
)
def test_a_role_is_for_pods_of_one_service_account(user: str, namespace: str, account: str) -> None:
    graph = aws_data()
    (trust,) = statements(graph.one("iam/role:Role", f"ml-s3-{user}"), "assumeRolePolicy")
    assert trust["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {
        "aws:RequestTag/eks-cluster-arn": f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/ml",
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": account,
    }
    association = graph.one("PodIdentityAssociation", f"ml-s3-{user}").inputs
    assert (association["namespace"], association["serviceAccount"]) == (namespace, account)


def test_teams_with_long_names_have_roles_of_their_own() -> None:
    graph = aws_data()
    by_team = {
        one.inputs["namespace"]: one.name
        for one in graph.of("PodIdentityAssociation")
        if one.inputs["namespace"] in LONG
    }
    assert set(by_team) == set(LONG)
    assert len(set(by_team.values())) == len(LONG)
    assert all(len(one.name) <= 56 for one in graph.of("iam/role:Role"))


def test_there_is_no_key_that_stays() -> None:
    graph = aws_data()
    assert graph.of("iam/accessKey:AccessKey") == graph.of("iam/user:User") == []
    assert all(store.keyless for store in stores().values())


def test_runs_find_the_bucket_by_the_identity_of_their_pods() -> None:
    store = stores()[TEAM]
    assert pipeline_root(RUNS, store, TEAM) == f"s3://{BUCKET}/private-artifacts/vision/v2/artifacts"
    assert "fromEnv: true" in launcher_config(RUNS, store, TEAM)["providers"]
    assert "secretRef" not in launcher_config(RUNS, store, TEAM)["providers"]
    repository = artifact_repository(RUNS, store, TEAM)["s3"]
    assert isinstance(repository, dict)
    assert repository["useSDKCreds"] is True
    assert "accessKeySecret" not in repository


def test_the_pages_ask_for_an_identity_as_they_have_no_keys() -> None:
    told = store_environment(stores()[PAGES], "")
    assert told["AWS_S3_ENDPOINT"] == f"s3.{REGION}.amazonaws.com"
    assert told["MINIO_ACCESS_KEY"] == told["MINIO_SECRET_KEY"] == ""
