"""The clusters of the clouds: a simulated one for each, whose nodes are those of its node pools.

What real ones have from the start is there: classes of volumes, drivers that make volumes, addresses for
load balancers. Charts bring no objects here, so the API types that they would bring are there too, and since
nothing answers admission webhooks, they are off.
"""

import base64
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import components
from components.kube.api_types import load_api_types
from simulator import cluster as simulated
from simulator.cluster.api import Api
from simulator.cluster.configuration import STORAGE_CLASS
from simulator.cluster.layout import Layout, Record
from tests.clouds.account import Account

_CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
_DRIVERS = "/apis/storage.k8s.io/v1/csidrivers"
_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_SIMULATED_DRIVER = "simulated.slipway.dev"
_ESTABLISHED_SECONDS = 30.0

_FLAGS = {"disable-admission-plugins": "MutatingAdmissionWebhook,ValidatingAdmissionWebhook"}


@dataclass(frozen=True)
class Cloud:
    """What a new cluster of a cloud has.

    `drivers` make its volumes; `classes` are there from the start, by driver, the default one first where
    `has_default`.
    """

    drivers: tuple[str, ...]
    classes: Mapping[str, str]
    has_default: bool


CLOUDS = {
    "aws": Cloud(("ebs.csi.aws.com", "efs.csi.aws.com"), {"gp2": "ebs.csi.aws.com"}, has_default=False),
    "gcp": Cloud(
        ("pd.csi.storage.gke.io", "filestore.csi.storage.gke.io", "gcsfuse.csi.storage.gke.io"),
        {"standard-rwo": "pd.csi.storage.gke.io", "premium-rwo": "pd.csi.storage.gke.io"},
        has_default=True,
    ),
    "azure-native": Cloud(
        ("disk.csi.azure.com", "file.csi.azure.com", "blob.csi.azure.com"),
        {"default": "disk.csi.azure.com", "azurefile-csi": "file.csi.azure.com"},
        has_default=True,
    ),
}


@dataclass(frozen=True)
class Endpoint:
    """Where a cluster's API server listens (`127.0.0.1:<port>`), and its authority's certificate, base64."""

    address: str
    authority: str


def start(account: Account, cloud: str, name: str) -> Endpoint:
    """Make a cluster, and return where it is."""
    directory = account.clusters / name
    additions = simulated.Additions(api_server=_FLAGS, stages=_stages(CLOUDS[cloud].drivers))
    with account.lock(f"cluster-{name}"):
        simulated.create(directory, (), additions)
        layout, record = _existing(directory)
        api = Api(layout, record)
        api.delete(f"{_CLASSES}/{STORAGE_CLASS}")
        _prepare(api, CLOUDS[cloud])
        _add_types(api)
    return endpoint(account, name)


def endpoint(account: Account, name: str) -> Endpoint:
    """Where a cluster is that was made."""
    layout, record = _existing(account.clusters / name)
    authority = base64.b64encode((layout.pki / "ca.crt").read_bytes()).decode()
    return Endpoint(f"127.0.0.1:{record.ports['kube-apiserver']}", authority)


def set_pools(account: Account, name: str, pools: Callable[[], Sequence[Mapping[str, Any]]]) -> None:
    """Make the nodes of a cluster those of its pools; `pools` says which there are by then."""
    directory = account.clusters / name
    with account.lock(f"cluster-{name}"):
        if directory.is_dir():
            simulated.apply_pools(directory, pools())


def remove(account: Account, name: str) -> list[str]:
    """Remove a cluster; return what it still had in the cloud, which nobody would now remove."""
    directory = account.clusters / name
    if not directory.is_dir():
        return []
    with account.lock(f"cluster-{name}"):
        api = Api(*_existing(directory))
        left = [
            f"load balancer of Service {_name(item)} outlives cluster {name}"
            for item in api.get("/api/v1/services")["items"]
            if item["spec"].get("type") == "LoadBalancer"
        ]
        left += [
            f"disk of PersistentVolume {_name(item)} outlives cluster {name}"
            for item in api.get("/api/v1/persistentvolumes")["items"]
            if item["spec"].get("persistentVolumeReclaimPolicy") == "Delete"
        ]
        simulated.delete(directory)
    return left


def _existing(directory: Path) -> tuple[Layout, Record]:
    layout = Layout(directory)
    record = layout.read()
    assert record
    return layout, record


def _name(item: Mapping[str, Any]) -> str:
    meta = item["metadata"]
    return "/".join(filter(None, (meta.get("namespace"), meta["name"])))


def _prepare(api: Api, cloud: Cloud) -> None:
    for driver in cloud.drivers:
        spec = {"attachRequired": False, "podInfoOnMount": False}
        api.create(_DRIVERS, _object("storage.k8s.io/v1", "CSIDriver", driver, spec=spec))
    for index, (name, driver) in enumerate(cloud.classes.items()):
        fields = {
            "provisioner": driver,
            "reclaimPolicy": "Delete",
            "volumeBindingMode": "WaitForFirstConsumer",
            "allowVolumeExpansion": True,
        }
        made = _object("storage.k8s.io/v1", "StorageClass", name, **fields)
        if cloud.has_default and index == 0:
            made["metadata"]["annotations"] = {"storageclass.kubernetes.io/is-default-class": "true"}
        api.create(_CLASSES, made)


def _object(version: str, kind: str, name: str, **fields: object) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **fields}


def _add_types(api: Api) -> None:
    wanted = {crd["metadata"]["name"]: crd for crd in _addon_types()}
    for name, crd in wanted.items():
        api.apply(f"{_CRDS}/{name}", crd)
    deadline = time.monotonic() + _ESTABLISHED_SECONDS
    while time.monotonic() < deadline:
        if wanted.keys() <= set(_established(api.get(_CRDS)["items"])):
            return
        time.sleep(0.1)
    raise TimeoutError("the API types of the add-ons are not established")


def _established(crds: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        crd["metadata"]["name"]
        for crd in crds
        for condition in (crd.get("status", {}).get("conditions") or ())
        if condition["type"] == "Established" and condition["status"] == "True"
    ]


def _addon_types() -> list[Mapping[str, Any]]:
    files = sorted((Path(components.__path__[0]) / "addons").glob("*/api_types.yaml"))
    assert files
    return [crd for file in files for crd in load_api_types(file)]


@cache
def _stages(drivers: tuple[str, ...]) -> tuple[Mapping[str, Any], ...]:
    """Those of controllers.yaml, and those for volumes, as every simulated cluster's own driver has them."""
    here = yaml.safe_load_all(Path(__file__).with_name("controllers.yaml").read_text())
    text = Path(simulated.__file__).with_name("stages.yaml").read_text()
    volumes = [
        stage
        for driver in drivers
        for stage in yaml.safe_load_all(text.replace(_SIMULATED_DRIVER, driver))
        if stage and stage["spec"]["resourceRef"]["kind"].startswith("PersistentVolume")
    ]
    for index, stage in enumerate(volumes):
        stage["metadata"]["name"] += f"-{index}"
    return tuple(volumes) + tuple(one for stage in here for one in _of_each_kind(stage))


def _of_each_kind(stage: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A stage for webhook configurations as one for each of their kinds."""
    resource = stage["spec"]["resourceRef"]
    if resource["kind"] != "WebhookConfiguration":
        yield stage
        return
    for kind in ("Validating", "Mutating"):
        named = {"name": f"{kind.lower()}-{stage['metadata']['name']}"}
        spec = {**stage["spec"], "resourceRef": {**resource, "kind": f"{kind}WebhookConfiguration"}}
        yield {**stage, "metadata": named, "spec": spec}
