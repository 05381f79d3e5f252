"""The clouds' stack files, as they are, through the real engine: the platform comes up, stays, and goes.

All of it in one graph, with the cluster and the network around it; charts bring no objects here.
"""

import base64
import re
from pathlib import Path

import pytest

from simulator.cluster.layout import Layout
from tests.clouds.pools import AGENT_POOL, AKS, EKS, GKE, NODE_GROUP, NODE_POOL
from tests.support.clouds import CloudStack, clouds
from tests.support.project import ROOT

pytestmark = pytest.mark.engine

# Of each cloud: its nodes, its cluster, and the networks that these are in.
ORDER = {
    "aws": (NODE_GROUP, EKS, ("aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet")),
    "gcp": (NODE_POOL, GKE, ("gcp:compute/network:Network", "gcp:compute/subnetwork:Subnetwork")),
    "azure": (
        AGENT_POOL,
        AKS,
        ("azure-native:network:VirtualNetwork", "azure-native:resources:ResourceGroup"),
    ),
}
# Passwords and keys that are made up; names of users and databases are shorter, or words.
_RANDOM = re.compile(rb"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/=_-]{16,}")


def _file(name: str) -> Path:
    return ROOT / "stacks" / f"Pulumi.{name}.yaml"


@pytest.mark.parametrize("cloud", ORDER)
def test_a_production_stack_comes_up_stays_and_goes_in_order(cloud: str) -> None:
    name = f"{cloud}-prod"
    # That a state is saved with each step, smaller stacks show.
    with clouds({name: _file(name).read_text()}, checkpoints=False) as copy:
        stack, account = copy.stack(name), copy.account
        stack.init()
        if cloud != "aws":
            # One cloud shows what protection from deletion does.
            stack.unprotect()
        up = stack.up()
        assert up.status == 0, up.output
        assert stack.changes().keys() == {"same"}
        _keeps_secrets(stack)
        if cloud == "aws":
            _is_protected(stack)
            stack.unprotect()
            up = stack.up()
            assert up.status == 0, up.output
        down = stack.down()
        assert down.status == 0, down.output
        assert account.alive() == []
        assert account.remarks() == []
        assert not list(account.clusters.glob("*"))
        _went_in_order(account.order("delete"), cloud)


@pytest.mark.parametrize("cloud", ORDER)
def test_a_development_stack_is_previewed(cloud: str) -> None:
    name = f"{cloud}-dev"
    with clouds({name: _file(name).read_text()}) as copy:
        stack = copy.stack(name)
        stack.init()
        preview = stack.preview()
        assert preview.status == 0, preview.output
        assert "to create" in preview.output
        assert stack.account.history() == []


def _keeps_secrets(stack: CloudStack) -> None:
    """Nothing that lets one in is in the state as plain text, and nothing at all in the kubeconfig."""
    state, kubeconfig = stack.state.read_bytes(), str(stack.outputs()["kubeconfig"])
    (directory,) = stack.account.clusters.glob("*")
    for name in ("admin.key", "admin.crt"):
        line = (Layout(directory).pki / name).read_text().splitlines()[1]
        assert line.encode() not in state
        assert line not in kubeconfig
    made_up = {
        f"{one['metadata']['namespace']}/{one['metadata']['name']} {key}": base64.b64decode(value)
        for one in stack.objects("secrets")
        for key, value in one.get("data", {}).items()
        # The id of a key is no secret: clouds name the key by it, as Pulumi does its resource.
        if key != "accesskey" and _RANDOM.fullmatch(base64.b64decode(value))
    }
    assert len(made_up) > 5
    assert [name for name, value in made_up.items() if value in state] == []


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
    assert all(index < gone for index, token in enumerate(deleted) if token == nodes)
    assert all(index > gone for index, token in enumerate(deleted) if token in networks)
    assert set(deleted) >= {nodes, *networks}
