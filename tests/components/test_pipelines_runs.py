"""Runs: where they keep what they make, how long, and what Argo is told about them."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from components.kubeflow.pipelines.settings import CacheSettings
from tests.support.pipelines import by_default, changed, environment, pipelines, pod
from tests.support.render import Rendered

API = "ml-pipeline"


def config(rendered: Rendered) -> Mapping[str, str]:
    return rendered.get("ConfigMap", "workflow-controller-configmap")["data"]


def argo(rendered: Rendered) -> dict[str, Any]:
    return {key: yaml.safe_load(text) for key, text in config(rendered).items()}


def test_argo_keeps_logs_apart_by_namespace_and_opens_the_bucket_with_the_keys_there() -> None:
    repository = argo(by_default())["artifactRepository"]
    assert repository["archiveLogs"] is True
    assert repository["s3"]["keyFormat"].startswith("private-artifacts/{{workflow.namespace}}/")
    assert repository["s3"]["accessKeySecret"] == {"name": "mlpipeline-minio-artifact", "key": "accesskey"}
    assert repository["s3"]["endpoint"] == "seaweedfs.kubeflow:9000"


def test_the_pages_look_for_logs_where_argo_puts_them() -> None:
    told = environment(by_default(), "ml-pipeline-ui")
    assert told["ARGO_KEYFORMAT"] == argo(by_default())["artifactRepository"]["s3"]["keyFormat"]
    assert told["ARGO_ARCHIVE_BUCKETNAME"] == "mlpipeline"


def test_logs_can_be_left_with_the_pods() -> None:
    rendered = changed()
    assert argo(rendered)["artifactRepository"]["archiveLogs"] is False
    assert environment(rendered, "ml-pipeline-ui")["ARGO_ARCHIVE_LOGS"] == "false"
    assert environment(rendered, API)["PUBLISH_LOGS"] == "false"


def test_what_argo_adds_to_pods_of_runs_is_not_root_and_has_requests() -> None:
    executor = argo(by_default())["executor"]
    assert executor["securityContext"]["runAsNonRoot"] is True
    assert executor["resources"]["requests"] == {"cpu": "10m", "memory": "64Mi"}


def test_limits_on_what_runs_at_the_same_time_reach_argo() -> None:
    found = argo(changed())
    assert (found["parallelism"], found["namespaceParallelism"]) == (50, 10)
    assert "parallelism" not in argo(by_default())


def test_how_long_workflows_pods_and_artifacts_are_kept() -> None:
    rendered = changed()
    agent = environment(rendered, "ml-pipeline-persistenceagent")
    assert agent["TTL_SECONDS_AFTER_WORKFLOW_FINISH"] == "172800"
    assert argo(rendered)["workflowDefaults"] == {"spec": {"podGC": {"strategy": "OnPodSuccess"}}}
    keeper = next(one for one in pod(rendered, "seaweedfs")["containers"] if one["name"] == "keeper")
    assert {"name": "RETENTION", "value": "private-artifacts/ 30"} in keeper["env"]
    assert "workflowDefaults" not in argo(by_default())


def test_artifacts_that_would_go_before_their_runs_are_refused() -> None:
    with pytest.raises(ValidationError, match="runs would be shown whose artifacts are gone"):
        pipelines(retention={"workflowHours": 72, "artifactDays": 2})


@pytest.mark.parametrize("age", ["30 days", "P", "PT", "30D", "P1H"])
def test_an_age_that_is_no_duration_is_refused(age: str) -> None:
    with pytest.raises(ValidationError, match="is no duration of ISO 8601"):
        pipelines(cache={"maximumAge": age})


@pytest.mark.parametrize("age", ["", "P30D", "PT12H", "P1DT6H", "P2W"])
def test_a_duration_is_taken_as_it_is(age: str) -> None:
    assert CacheSettings.model_validate({"maximumAge": age}).maximum_age == age


def test_the_age_of_results_reaches_the_cache() -> None:
    assert environment(changed(), "cache-server")["MAXIMUM_CACHE_STALENESS"] == "P30D"


def test_a_misspelt_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        pipelines(apiServer={"logLevels": "debug"})


@pytest.mark.parametrize("program", ["persistenceAgent", "scheduledWorkflows", "viewer", "metadataWriter"])
def test_a_second_pod_of_a_program_without_a_leader_is_refused(program: str) -> None:
    settings: dict[str, Any] = {program: {"replicas": 2}}
    with pytest.raises(ValidationError, match="less than or equal to 1"):
        pipelines(**settings)
