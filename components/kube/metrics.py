"""Metrics: how Prometheus learns of them, and who may read them."""

from collections.abc import Mapping

from ..versions import MetricsProxy
from .program import Program, tcp_probe
from .settings import ProgramSettings

PROTECTED = 8443
"""The port at which `metrics_proxy` answers, by TLS."""


def scraped(port: int, path: str = "/metrics") -> Mapping[str, str]:
    """Annotations of a pod that have Prometheus scrape it.

    In the mesh, Istio's sidecar reads them too, asks the program on its own loopback and answers for it, so
    that no authorization policy stands in the way (Istio, `meshConfig.enablePrometheusMerge`).
    """
    return {"prometheus.io/scrape": "true", "prometheus.io/port": str(port), "prometheus.io/path": path}


def metrics_proxy(settings: ProgramSettings, port: int) -> Program:
    """A second container that shows a program's metrics to those of whom the API server says that they may.

    The program listens on `port` of its loopback only. The pod's service account has to be allowed to create
    TokenReviews and SubjectAccessReviews; who reads the metrics, to get the path `/metrics`. Its certificate
    is of its own making and changes with each start.
    """
    return Program(
        name="kube-rbac-proxy",
        image=MetricsProxy.KUBE_RBAC_PROXY,
        settings=settings,
        args=[
            f"--secure-listen-address=0.0.0.0:{PROTECTED}",
            f"--upstream=http://127.0.0.1:{port}/",
            "--logtostderr=true",
            "--v=0",
        ],
        ports={"https": PROTECTED},
        live=tcp_probe("https", delay=10),
        ready=tcp_probe("https"),
        user=65532,
        read_only_root=True,
    )
