"""Metrics: how Prometheus learns of them."""

from collections.abc import Mapping


def scraped(port: int, path: str = "/metrics") -> Mapping[str, str]:
    """Annotations of a pod that have Prometheus scrape it.

    In the mesh, Istio's sidecar reads them too, asks the program on its own loopback and answers for it, so
    that no authorization policy stands in the way (Istio, `meshConfig.enablePrometheusMerge`).
    """
    return {"prometheus.io/scrape": "true", "prometheus.io/port": str(port), "prometheus.io/path": path}
