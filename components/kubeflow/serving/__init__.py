"""Serving: trained models behind an address, their runtimes and the web app (KServe)."""

from .component import Serving, ServingArgs
from .requirements import problems
from .settings.serving import ServingSettings

__all__ = ["Serving", "ServingArgs", "ServingSettings", "problems"]
