"""The way to the internet, where there is only one by a proxy."""

from pydantic import Field, field_validator

from ..settings_base import Settings

# Filled in by Kubernetes in each pod: clients of its API ask by address, and obey a proxy as well.
_API_SERVER = "$(KUBERNETES_SERVICE_HOST)"
# How programs of Kubeflow name each other without the cluster's domain: with their namespace, or alone.
_NAMESPACES = (".kubeflow", ".kubeflow-system")
_BARE = ("metadata-envoy-service", "metadata-grpc-service", "ml-pipeline", "ml-pipeline-visualizationserver")


class ProxySettings(Settings):
    """The proxy through which pods reach the internet."""

    http: str = Field(pattern=r"^https?://\S+$", description="Address for http.")
    https: str | None = Field(
        default=None, pattern=r"^https?://\S+$", description="Address for https; that for http unless said."
    )
    without: tuple[str, ...] = Field(
        default=(), description="Names and networks that are reached without it, beside the cluster's own."
    )

    @field_validator("http", "https")
    @classmethod
    def _tells_no_password(cls, address: str | None) -> str | None:
        if address and "@" in address:
            raise ValueError("found a password, which every pod would show; allowed: an address without one")
        return address

    def environment(self, cluster_domain: str) -> dict[str, str]:
        """Variables as programs read them; some know only small letters, some only capitals."""
        own = ("localhost", "127.0.0.1", _API_SERVER, *_BARE, *_NAMESPACES, ".svc", f".{cluster_domain}")
        values = {
            "http_proxy": self.http,
            "https_proxy": self.https or self.http,
            "no_proxy": ",".join((*own, *self.without)),
        }
        return {**values, **{name.upper(): value for name, value in values.items()}}
