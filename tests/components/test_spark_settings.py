"""Settings of the Spark operator: what they change, and which are refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from components.kubeflow.spark import SparkSettings
from components.settings_errors import explain
from tests.components.spark import CONTROLLER, WEBHOOK, by_default, flags, program, spark, webhooks
from tests.support.render import Rendered

# A setting, the program it is about, and what its flags say then.
CHANGES: dict[str, tuple[dict[str, Any], str, dict[str, str]]] = {
    "log level and format": (
        {"controller": {"logLevel": "debug", "logFormat": "json"}},
        CONTROLLER,
        {"zap-log-level": "debug", "zap-encoder": "json"},
    ),
    "workers and tracked executors": (
        {"controller": {"workers": 3, "maxTrackedExecutors": 50}},
        CONTROLLER,
        {"controller-threads": "3", "max-tracked-executor-per-app": "50"},
    ),
    "its queue": (
        {"controller": {"queue": {"perSecond": 5, "burst": 7, "maxDelay": "1h"}}},
        CONTROLLER,
        {
            "workqueue-ratelimiter-bucket-qps": "5",
            "workqueue-ratelimiter-bucket-size": "7",
            "workqueue-ratelimiter-max-delay": "1h",
        },
    ),
    "names of scheduled runs": (
        {"controller": {"schedulePrecision": "seconds"}},
        CONTROLLER,
        {"scheduled-spark-application-timestamp-precision": "seconds"},
    ),
    "feature gates": (
        {"controller": {"partialRestart": True}},
        CONTROLLER,
        {"feature-gates": "PartialRestart=true,LoadSparkDefaults=false"},
    ),
    "no service for web UIs": (
        {"controller": {"uiService": False}},
        CONTROLLER,
        {"enable-ui-service": "false"},
    ),
    "labels and buckets of metrics": (
        {"metrics": {"labels": ["app_type", "team"], "prefix": "spark_", "startLatencyBuckets": [5, 10]}},
        CONTROLLER,
        {
            "metrics-labels": "app_type,team",
            "metrics-prefix": "spark_",
            "metrics-job-start-latency-buckets": "5,10",
        },
    ),
    "batch schedulers": (
        {"batchScheduler": {"enabled": True, "kubeSchedulers": ["gang"], "default": "gang"}},
        CONTROLLER,
        {
            "enable-batch-scheduler": "true",
            "kube-scheduler-names": "gang",
            "default-batch-scheduler": "gang",
        },
    ),
    "quotas": (
        {"webhook": {"enforceQuotas": True}},
        WEBHOOK,
        {"enable-resource-quota-enforcement": "true"},
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_setting_reaches_its_flag_and_is_not_there_by_default(what: str) -> None:
    settings, deployment, expected = CHANGES[what]
    assert expected.items() <= flags(spark(**settings), deployment).items()
    assert not expected.items() <= flags(by_default(), deployment).items()


def test_the_webhooks_fail_as_the_stack_says() -> None:
    changed = webhooks(spark(webhook={"failurePolicy": "Ignore", "timeoutSeconds": 3}))
    assert {(one["failurePolicy"], one["timeoutSeconds"]) for one in changed} == {("Ignore", 3)}
    assert {(one["failurePolicy"], one["timeoutSeconds"]) for one in webhooks(by_default())} == {("Fail", 10)}


@pytest.mark.parametrize("deployment", [CONTROLLER, WEBHOOK])
def test_without_metrics_nothing_listens_for_them(deployment: str) -> None:
    rendered = spark(metrics={"enabled": False})
    assert flags(rendered, deployment)["enable-metrics"] == "false"
    assert "metrics-bind-address" not in flags(rendered, deployment)
    assert "metrics" not in [one["name"] for one in program(rendered, deployment)["ports"]]
    template = rendered.get("Deployment", deployment)["spec"]["template"]
    assert "prometheus.io/scrape" not in template["metadata"].get("annotations", {})


def test_groups_of_pods_may_be_written_only_where_batch_schedulers_are_on() -> None:
    def writable(rendered: Rendered) -> set[str]:
        return {
            group
            for role in rendered.of("ClusterRole")
            for rule in role["rules"]
            if "podgroups" in rule["resources"]
            for group in rule["apiGroups"]
        }

    switched_on = spark(batchScheduler={"enabled": True})
    assert writable(by_default()) == set()
    assert writable(switched_on) == {"scheduling.volcano.sh", "scheduling.x-k8s.io"}


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a level that its flag lacks": (
        {"webhook": {"logLevel": "warn"}},
        ("webhook.logLevel", "'warn'", "'debug'"),
    ),
    "a duration without a unit": (
        {"controller": {"driverGracePeriod": "10"}},
        ("controller.driverGracePeriod", "'10'"),
    ),
    "nobody at work": ({"controller": {"workers": 0}}, ("controller.workers", "0", "at least 1")),
    "longer than the API server waits": (
        {"webhook": {"timeoutSeconds": 31}},
        ("webhook.timeoutSeconds", "31", "at most 30"),
    ),
    "a namespace twice": ({"namespaces": ["a", "b", "a"]}, ("namespaces", "a stands there more than once")),
    "a namespace that cannot be one": ({"namespaces": ["Team A"]}, ("namespaces", "'Team A'")),
    "buckets that fall": (
        {"metrics": {"startLatencyBuckets": [30, 10]}},
        ("metrics.startLatencyBuckets", "30, 10"),
    ),
    "a scheduler that nobody knows": (
        {"batchScheduler": {"enabled": True, "default": "gang"}},
        ("batchScheduler", "'gang'", "volcano, yunikorn"),
    ),
    "a scheduler without the switch": (
        {"batchScheduler": {"default": "volcano"}},
        ("batchScheduler", "enabled is false"),
    ),
    "a misspelt key": ({"controler": {}}, ("controler", "Did you mean 'controller'?")),
}


@pytest.mark.parametrize("what", REFUSED)
def test_settings_are_refused_with(what: str) -> None:
    settings, words = REFUSED[what]
    with pytest.raises(ValidationError) as refused:
        SparkSettings.model_validate(settings)
    error = str(explain(refused.value, SparkSettings))
    assert [word for word in words if word not in error] == []
