"""A stack with a cluster on a cloud, and another one with the platform on it."""

from typing import Any

import pytest
import yaml

from components.components_settings import ComponentsSettings
from tests.support.clouds import clouds
from tests.support.project import ROOT

pytestmark = pytest.mark.engine

ON = ("profiles", "podDefaults", "dashboard")


def _base() -> dict[str, Any]:
    """The development stack of AWS, with its cluster alone."""
    given: dict[str, Any] = yaml.safe_load((ROOT / "stacks" / "Pulumi.aws-dev.yaml").read_text())
    cluster = given["config"]["slipway:cluster"] | {"deletionProtection": False}
    return {"config": {"slipway:scope": "cluster", "slipway:cluster": cluster}}


def _platform() -> dict[str, Any]:
    components = {name: {"enabled": name in ON} for name in ComponentsSettings().enabled()}
    cluster = {"provider": "existing", "stack": "organization/slipway/base"}
    return {"config": {"slipway:cluster": cluster, "slipway:components": components}}


def test_a_platform_on_another_stacks_cluster_comes_and_goes_before_it() -> None:
    with clouds({"base": _base(), "platform": _platform()}) as copy:
        base, platform = copy.stack("base"), copy.stack("platform")
        for stack in (base, platform):
            stack.init()
            up = stack.up()
            assert up.status == 0, up.output
        assert {one["metadata"]["name"] for one in platform.objects("deployments")} >= {"dashboard"}
        assert platform.changes().keys() == {"same"}
        clusters = [entry.id for entry in copy.account.alive() if entry.token == "aws:eks/cluster:Cluster"]
        down = platform.down()
        assert down.status == 0, down.output
        still = [entry.id for entry in copy.account.alive() if entry.token == "aws:eks/cluster:Cluster"]
        assert still == clusters != []
        down = base.down()
        assert down.status == 0, down.output
        assert copy.account.alive() == []
        assert copy.account.remarks() == []
