"""Serving: trained models behind an address, their runtimes and the web app (KServe)."""

from .addresses import EXAMPLE, ModelAddresses, listens, model_hosts, uses_gateway_api
from .component import Serving, ServingArgs
from .requirements import problems
from .settings.serving import ServingSettings

__all__ = [
    "EXAMPLE",
    "ModelAddresses",
    "Serving",
    "ServingArgs",
    "ServingSettings",
    "listens",
    "model_hosts",
    "problems",
    "uses_gateway_api",
]
