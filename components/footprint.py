"""What a stack asks of a cluster, beside what upstream publishes for the same components.

Ours are the requests of every pod and volume that the stack declares. Upstream's are of another kind, and
rough: its table gives for each component the larger of what a fresh installation used and what its pods
request, and the size of its volumes. Where upstream requests little, its figure is usage, and ours may be
higher.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .contracts import Offer, Request

SOURCE = "README of kubeflow/community-distribution, table of component versions, at commit f09f3ee"
DATE = "2026-06-12"
MEASURE = "the larger of actual usage and configured requests; disk: size of the volumes, in GB"


@dataclass(frozen=True, kw_only=True)
class Row:
    """Components of ours, and the entries of upstream's table that stand for the same programs.

    Attributes:
        components: keys of ours. published: what those entries come to.
    """

    components: tuple[str, ...]
    published: Request


# By upstream's name in that table, in millicores, MiB and GB.
PUBLISHED: Mapping[str, Request] = {
    "Training Operator": Request(cpu=3, memory=25),
    "Trainer": Request(cpu=8, memory=143),
    "Kubeflow Notebooks": Request(cpu=43, memory=806),
    "Kubeflow Dashboard": Request(cpu=10, memory=302),
    "Katib": Request(cpu=13, memory=476, disk=10),
    "KServe Models Web Application": Request(cpu=6, memory=259),
    "KServe": Request(cpu=600, memory=1200),
    "Kubeflow Pipelines": Request(cpu=970, memory=3552, disk=35),
    "Kubeflow Hub": Request(cpu=510, memory=2112, disk=20),
    "Spark Operator": Request(cpu=9, memory=41),
    "Istio": Request(cpu=750, memory=2364),
    "Knative": Request(cpu=1450, memory=1038),
    "Cert Manager": Request(cpu=3, memory=128),
    "Dex": Request(cpu=3, memory=27),
    "OAuth2-Proxy": Request(cpu=3, memory=27),
}


def _row(components: tuple[str, ...], *names: str) -> Row:
    return Row(components=components, published=sum((PUBLISHED[name] for name in names), start=Request()))


# Knative is eventing too there, and serving alone here.
ROWS: Mapping[str, Row] = {
    "dashboard": _row(("dashboard", "profiles", "podDefaults"), "Kubeflow Dashboard"),
    "notebooks": _row(("notebooks", "volumes", "tensorboards"), "Kubeflow Notebooks"),
    "pipelines": _row(("pipelines",), "Kubeflow Pipelines"),
    "katib": _row(("katib",), "Katib"),
    "trainer": _row(("trainer",), "Trainer"),
    "trainingOperator": _row(("trainingOperator",), "Training Operator"),
    "spark": _row(("spark",), "Spark Operator"),
    "modelRegistry": _row(("modelRegistry",), "Kubeflow Hub"),
    "serving": _row(("serving",), "KServe", "KServe Models Web Application"),
    "identity": _row(("identity",), "Dex", "OAuth2-Proxy"),
    "certManager": _row(("certManager",), "Cert Manager"),
    "istio": _row(("istio",), "Istio"),
    "knative": _row(("knative",), "Knative"),
}


def footprint(offers: Mapping[str, Offer]) -> dict[str, object]:
    """What each component reserves, all of them together (`total`), and beside upstream's (`upstream`).

    CPU in millicores, memory in MiB, disk in GiB of persistent volumes, GPU in devices; each component with
    all of its replicas. Below `upstream.rows` stand those of upstream's rows of which a component is on and
    reserves something here: a chart's pods do not show, nor do add-ons that install types alone. What of such
    a row is off (`off`) counts in upstream's figure and not in ours.
    """
    requests = {name: offer.request for name, offer in offers.items()}
    return {
        **{name: dataclasses.asdict(request) for name, request in requests.items()},
        "total": dataclasses.asdict(_sum(requests.values())),
        "upstream": _beside(requests),
    }


def _beside(requests: Mapping[str, Request]) -> dict[str, object]:
    known = {name for name, request in requests.items() if request != Request()}
    shown = {name: row for name, row in ROWS.items() if known.intersection(row.components)}
    ours = {
        name: _sum(requests[one] for one in row.components if one in requests) for name, row in shown.items()
    }
    return {
        "source": SOURCE,
        "date": DATE,
        "measure": MEASURE,
        "rows": {
            name: {
                "components": [one for one in row.components if one in requests],
                "off": [one for one in row.components if one not in requests],
                "ours": _figures(ours[name]),
                "published": _figures(row.published),
            }
            for name, row in shown.items()
        },
        "total": {
            "ours": _figures(_sum(ours.values())),
            "published": _figures(_sum(row.published for row in shown.values())),
        },
    }


def _sum(requests: Iterable[Request]) -> Request:
    return sum(requests, start=Request())


def _figures(request: Request) -> dict[str, int]:
    """Upstream publishes nothing about GPUs: its components take none."""
    return {"cpu": request.cpu, "memory": request.memory, "disk": request.disk}
