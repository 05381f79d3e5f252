"""Stacks with `slipway:minimal`, rendered, and what their proxy is told."""

from collections.abc import Mapping
from typing import Any

import yaml

from tests.support.render import Rendered, render

USER = "me@example.com"
PORT = 18080
MINIMAL: Mapping[str, Any] = {
    "cluster": {
        "provider": "simulated",
        "nodePools": [{"name": "system", "count": 2, "cpu": "8", "memory": "32Gi"}],
    },
    "minimal": {"user": USER, "port": PORT},
    "teams": {"mine": {"owner": USER}},
}


def minimal(*, webhooks: bool = True, **more: Any) -> Rendered:  # noqa: ANN401 - any setting
    """The stack with further settings, or others in the place of its own."""
    return render({**MINIMAL, **more}, webhooks=webhooks)


def configuration(rendered: Rendered) -> Mapping[str, Any]:
    """What Envoy is told."""
    return yaml.safe_load(rendered.get("ConfigMap", "local-proxy")["data"]["local.yaml"])


def manager(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The HTTP connection manager of its one listener."""
    (listener,) = told["static_resources"]["listeners"]
    (chain,) = listener["filter_chains"]
    (only,) = chain["filters"]
    return only["typed_config"]


def virtual_host(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one virtual host, which has all routes."""
    (host,) = manager(told)["route_config"]["virtual_hosts"]
    return host
