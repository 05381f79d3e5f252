"""What pipelines put into the namespace of a team, and that no team gets at another's."""

import json

import pytest
import yaml
from pydantic import ValidationError

from components.kubeflow.pipelines.launcher import team_prefixes
from components.kubeflow.pipelines.run_settings import RunSettings
from tests.support.pipelines import TEAMS, by_default, changed, environment, in_namespace, pipelines, values

LAUNCHER, KEYS = "ConfigMap/kfp-launcher", "Secret/mlpipeline-minio-artifact"


def test_each_team_has_what_upstreams_hook_would_have_made() -> None:
    for team in TEAMS:
        assert set(in_namespace(by_default(), team)) == {
            KEYS,
            LAUNCHER,
            "ConfigMap/metadata-grpc-configmap",
            "ConfigMap/artifact-repositories",
            "PodDefault/access-ml-pipeline",
            "Deployment/ml-pipeline-ui-artifact",
            "Service/ml-pipeline-ui-artifact",
        }


def test_each_team_has_keys_of_its_own_for_its_own_part_of_the_bucket() -> None:
    held = json.loads(values(by_default().get("Secret", "seaweedfs-identities"))["identities.json"])
    users = {one["name"]: one for one in held["identities"]}
    for team in TEAMS:
        keys = values(in_namespace(by_default(), team)[KEYS])
        (credential,) = users[team]["credentials"]
        assert keys == {"accesskey": credential["accessKey"], "secretkey": credential["secretKey"]}
        assert {action.partition(":")[2] for action in users[team]["actions"]} == {
            f"mlpipeline/private-artifacts/{team}/*",
            f"mlpipeline/private/{team}/*",
            "mlpipeline/shared/*",
        }


def test_runs_keep_artifacts_below_their_team_and_find_the_keys_beside_them() -> None:
    data = in_namespace(by_default(), "team-a")[LAUNCHER]["data"]
    assert data["defaultPipelineRoot"] == "minio://mlpipeline/private-artifacts/team-a/v2/artifacts"
    store = yaml.safe_load(data["providers"])["minio"]["default"]
    assert (store["endpoint"], store["disableSSL"]) == ("seaweedfs.kubeflow:9000", True)
    assert store["credentials"]["secretRef"] == {
        "secretName": "mlpipeline-minio-artifact",
        "accessKeyKey": "accesskey",
        "secretKeyKey": "secretkey",
    }


def test_argo_takes_the_repository_of_the_team() -> None:
    found = in_namespace(by_default(), "team-b")["ConfigMap/artifact-repositories"]
    name = found["metadata"]["annotations"]["workflows.argoproj.io/default-artifact-repository"]
    assert json.loads(found["data"][name])["s3"]["keyFormat"].startswith("private-artifacts/team-b/")


def test_another_root_holds_for_every_team_and_its_keys_open_it() -> None:
    rendered = changed()
    data = in_namespace(rendered, "team-a")[LAUNCHER]["data"]
    assert data["defaultPipelineRoot"] == "minio://mlpipeline/teams/team-a/runs"
    held = json.loads(values(rendered.get("Secret", "seaweedfs-identities"))["identities.json"])
    actions = next(one["actions"] for one in held["identities"] if one["name"] == "team-a")
    assert "Write:mlpipeline/teams/team-a/runs/*" in actions


def test_a_root_in_another_bucket_adds_nothing_to_the_keys_of_this_one() -> None:
    runs = RunSettings.model_validate({"defaultPipelineRoot": "s3://elsewhere/{namespace}"})
    assert team_prefixes(runs, "mlpipeline", "team-a") == (
        "private-artifacts/team-a/",
        "private/team-a/",
        "shared/",
    )


@pytest.mark.parametrize(
    ("root", "message"),
    [
        ("minio://mlpipeline/everybody", "the same for all teams"),
        ("/mlpipeline/{namespace}", "String should match pattern"),
        ("ftp://mlpipeline/{namespace}", "String should match pattern"),
    ],
)
def test_a_root_that_teams_would_share_or_nobody_could_open_is_refused(root: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        pipelines(runs={"defaultPipelineRoot": root})


def test_the_teams_server_reads_with_the_teams_keys_and_asks_about_all_else() -> None:
    told = environment(by_default(), "ml-pipeline-ui-artifact", "team-a")
    assert told["MINIO_SECRET_KEY"] == {
        "secretKeyRef": {"name": "mlpipeline-minio-artifact", "key": "secretkey"}
    }
    assert told["FRONTEND_SERVER_NAMESPACE"] == "team-a"
    assert told["ENABLE_AUTHZ"] == "true"
    spec = in_namespace(by_default(), "team-a")["Deployment/ml-pipeline-ui-artifact"]["spec"]
    assert spec["template"]["spec"]["serviceAccountName"] == "default-editor"


def test_the_teams_server_counts_in_what_the_team_asks_for() -> None:
    offer, _ = by_default().outputs["teams"]
    assert (offer.request.cpu, offer.request.memory) == (10, 70)
    assert offer.images == ("ghcr.io/kubeflow/kfp-frontend:2.16.1",)
    without, _ = changed().outputs["teams"]
    assert without.images == ()


def test_a_notebook_may_ask_for_a_token_that_opens_the_api_and_nothing_else() -> None:
    spec = in_namespace(by_default(), "team-a")["PodDefault/access-ml-pipeline"]["spec"]
    (volume,) = spec["volumes"]
    (source,) = volume["projected"]["sources"]
    token = source["serviceAccountToken"]
    assert token["audience"] == "pipelines.kubeflow.org"
    (mount,) = spec["volumeMounts"]
    assert spec["env"] == [
        {"name": "KF_PIPELINES_SA_TOKEN_PATH", "value": f"{mount['mountPath']}/{token['path']}"}
    ]


def test_runs_reach_metadata_in_kubeflows_namespace() -> None:
    data = in_namespace(by_default(), "team-a")["ConfigMap/metadata-grpc-configmap"]["data"]
    assert data["METADATA_GRPC_SERVICE_HOST"] == "metadata-grpc-service.kubeflow"
