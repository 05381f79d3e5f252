"""The clouds' stack files through the real engine: each cluster comes up, stays as it is, and goes whole.

A cluster by itself, with something in it that has a load balancer and a disk: see cluster_program.py.
"""

from pathlib import Path

import pytest

from simulator.cluster.layout import Layout
from tests.clouds.account import Account
from tests.clouds.pools import AGENT_POOL, AKS, EKS, GKE, NODE_GROUP, NODE_POOL
from tests.support.clouds import CloudStack, clouds
from tests.support.project import ROOT

pytestmark = pytest.mark.engine

PROGRAM = Path(__file__).with_name("cluster_program.py").read_text()

# Of each cloud: its nodes, its cluster, and the networks that these are in.
ORDER = {
    "aws": ((NODE_GROUP,), EKS, ("aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet")),
    "gcp": (
        (NODE_POOL,),
        GKE,
        ("gcp:compute/network:Network", "gcp:compute/subnetwork:Subnetwork"),
    ),
    "azure": (
        (AGENT_POOL,),
        AKS,
        ("azure-native:network:VirtualNetwork", "azure-native:resources:ResourceGroup"),
    ),
}


def _stack_file(name: str) -> dict[str, str]:
    return {name: (ROOT / "stacks" / f"Pulumi.{name}.yaml").read_text()}


@pytest.mark.parametrize("cloud", ORDER)
def test_a_production_cluster_comes_up_stays_and_goes_in_order(cloud: str) -> None:
    name = f"{cloud}-prod"
    with clouds(_stack_file(name), PROGRAM) as copy:
        stack, account = copy.stack(name), copy.account
        stack.init()
        _previews(stack)
        up = stack.up()
        assert up.status == 0, up.output
        assert stack.changes().keys() == {"same"}
        _keeps_no_credential(stack, account)
        _is_protected(stack)
        up = stack.unprotected()
        assert up.status == 0, up.output
        down = stack.down()
        assert down.status == 0, down.output
        assert account.alive() == []
        assert account.remarks() == []
        assert not list(account.clusters.glob("*"))
        _went_in_order(account.order("delete"), cloud)


@pytest.mark.parametrize("cloud", ORDER)
def test_a_development_cluster_is_previewed(cloud: str) -> None:
    name = f"{cloud}-dev"
    with clouds(_stack_file(name), PROGRAM) as copy:
        stack = copy.stack(name)
        stack.init()
        _previews(stack)


def _previews(stack: CloudStack) -> None:
    preview = stack.preview()
    assert preview.status == 0, preview.output
    assert "to create" in preview.output
    assert stack.account.history() == []


def _keeps_no_credential(stack: CloudStack, account: Account) -> None:
    """Neither state nor kubeconfig holds what lets one in; the kubeconfig is a secret all the same."""
    (directory,) = account.clusters.glob("*")
    pki = Layout(directory).pki
    state, kubeconfig = stack.state.read_text(), str(stack.outputs()["kubeconfig"])
    for name in ("admin.key", "admin.crt"):
        line = (pki / name).read_text().splitlines()[1]
        assert line not in state
        assert line not in kubeconfig
    assert "ciphertext" in str(stack.deployment()["resources"][0]["outputs"]["kubeconfig"])


def _is_protected(stack: CloudStack) -> None:
    down = stack.down()
    assert down.status != 0
    assert "is protected from deletion" in down.output
    assert "Set deletionProtection to false" in down.output
    assert stack.account.order("delete") == []


def _went_in_order(deleted: list[str], cloud: str) -> None:
    nodes, cluster, networks = ORDER[cloud]
    assert deleted.count(cluster) == 1
    gone = deleted.index(cluster)
    assert all(index < gone for index, token in enumerate(deleted) if token in nodes)
    assert all(index > gone for index, token in enumerate(deleted) if token in networks)
    assert set(deleted) >= {*nodes, *networks}
