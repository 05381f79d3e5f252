"""The Gateway API's types, as an add-on of the cluster."""

from .component import GatewayApi
from .settings import GatewayApiTypesSettings

__all__ = ["GatewayApi", "GatewayApiTypesSettings"]
