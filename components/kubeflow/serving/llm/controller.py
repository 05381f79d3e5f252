"""The controller of LLM inference services: models on one node or many, behind a scheduler of requests.

A service becomes Deployments (or, across nodes, LeaderWorkerSets), an inference pool with its scheduler, and
a route of the Gateway API. Source: kserve/kserve v0.18.0, cmd/llmisvc.
"""

from collections.abc import Sequence

import pulumi

from ....kube.pulling import pulled
from ....kube.workload import service
from ....versions import KServe as Images
from ..manager import APP, METRICS, Manager, Running, Surroundings, manager, validators
from ..settings.llm import LLMSettings
from ..webhooks import LLM_VALIDATORS

CONTROLLER = Manager(
    name="llmisvc-controller-manager",
    image=Images.LLM_CONTROLLER,
    service="llmisvc-webhook-server-service",
    issuer="llmisvc-selfsigned-issuer",
    certificate="llmisvc-serving-cert",
    secret="llmisvc-webhook-server-cert",
)


def llm_controller(
    around: Surroundings, settings: LLMSettings, *, config_hash: str, after: Sequence[pulumi.Resource]
) -> Running:
    """Declare the controller. Its metrics are served by TLS to those who may read /metrics."""
    running = manager(
        around,
        CONTROLLER,
        settings,
        args=[f"--metrics-addr=:{METRICS}", "--leader-elect", f"--zap-log-level={settings.log_level}"],
        ports={"metrics": METRICS},
        config_hash=config_hash,
        after=after,
    )
    service(
        around.scope,
        "llmisvc-controller-manager-service",
        selector=CONTROLLER.selector,
        ports={"https": (METRICS, "metrics")},
        app=APP,
    )
    return running


def images(settings: LLMSettings) -> tuple[str, ...]:
    """What its pods pull."""
    return (pulled(settings.image or CONTROLLER.image),)


def llm_webhooks(around: Surroundings, running: Running) -> dict[str, pulumi.Resource]:
    """Register what it answers, by name."""
    return validators(around, CONTROLLER, running, LLM_VALIDATORS)
