"""The controller of inference services, graphs and trained models, and the webhooks that it answers.

A service becomes a Deployment, a Service, an autoscaler and an Ingress (or HTTPRoute) in its namespace, or a
Knative Service and a VirtualService. Source: kserve/kserve v0.18.0, cmd/manager.
"""

from collections.abc import Sequence

import pulumi

from ...kube.metrics import PROTECTED, metrics_proxy
from ...kube.webhook import register
from ...kube.workload import service
from ...versions import KServe as Images
from .manager import APP, Manager, Running, Surroundings, manager, validators
from .settings.serving import ControllerSettings
from .webhooks import DEFAULTS, MUTATING, VALIDATORS

CONTROLLER = Manager(
    name="kserve-controller-manager",
    image=Images.CONTROLLER,
    service="kserve-webhook-server-service",
    issuer="selfsigned-issuer",
    certificate="serving-cert",
    secret="kserve-webhook-server-cert",
)

# On its loopback: only the proxy reaches it there.
_METRICS = 8080


def controller(
    around: Surroundings, settings: ControllerSettings, *, config_hash: str, after: Sequence[pulumi.Resource]
) -> Running:
    """Declare the controller; it starts after what it watches and what lets it.

    It reads most of its configuration anew each time, and the deployment mode and the routing when it starts.
    """
    running = manager(
        around,
        CONTROLLER,
        settings,
        args=[
            f"--metrics-addr={f'127.0.0.1:{_METRICS}' if settings.metrics else '0'}",
            # Elected also when alone: while a new pod takes over from an old one there are two.
            "--leader-elect",
            f"--zap-log-level={settings.log_level}",
        ],
        beside=[metrics_proxy(settings.metrics_proxy, _METRICS)] if settings.metrics else [],
        config_hash=config_hash,
        after=after,
    )
    if settings.metrics:
        service(
            around.scope,
            "kserve-controller-manager-metrics-service",
            selector=CONTROLLER.selector,
            ports={"https": (PROTECTED, "https")},
            app=APP,
            annotations={
                "prometheus.io/scrape": "true",
                "prometheus.io/scheme": "https",
                "prometheus.io/port": str(PROTECTED),
            },
        )
    return running


def webhooks(around: Surroundings, running: Running) -> dict[str, pulumi.Resource]:
    """Register what the controller answers; the validating ones by their names."""
    register(
        around.scope,
        around.capabilities,
        "Mutating",
        MUTATING,
        DEFAULTS,
        app=APP,
        service=CONTROLLER.service,
        certificate=running.certificate,
        answered_by=running.workload,
    )
    return validators(around, CONTROLLER, running, VALIDATORS)
