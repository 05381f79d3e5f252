"""Serving: trained models behind an address, their runtimes and the web app (KServe)."""

from .component import Serving, ServingArgs
from .configuration import EXAMPLE, ModelAddresses
from .requirements import problems
from .settings.serving import ServingSettings

__all__ = ["EXAMPLE", "ModelAddresses", "Serving", "ServingArgs", "ServingSettings", "problems"]
