"""What does not fit is told, with the scheduler's reason; what fits on further nodes gets them."""

from collections.abc import Generator
from typing import Any

import pytest

from components.components_settings import ComponentsSettings
from tests.support.project import ProjectCopy, project

from .support import Rehearsal, is_clean, rehearse

pytestmark = pytest.mark.engine

# Neither can be decrypted by anybody.
SALT = "v1:AAAAAAAAAAA=:v1:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
SECRET = "v1:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
ON = ("profiles", "podDefaults", "notebooks", "volumes")


def content() -> dict[str, Any]:
    """One pool that grows, one that is too small for what is placed on it, and a pod for which all are."""
    components: dict[str, Any] = {name: {"enabled": name in ON} for name in ComponentsSettings().enabled()}
    huge = {"requests": {"cpu": "100", "memory": "1Gi"}}
    components["podDefaults"]["webhook"] = huge
    components["volumes"]["webApp"] = {
        "replicas": 6,
        "requests": {"cpu": "6"},
        "placement": {"nodePool": "small"},
    }
    components["notebooks"]["controller"] = {
        "replicas": 4,
        "requests": {"cpu": "6"},
        "placement": {"nodePool": "growing"},
    }
    return {
        "encryptionsalt": SALT,
        "config": {
            "slipway:secret-cookie-secret": {"secure": SECRET},
            "slipway:cluster": {
                "provider": "aws",
                "account": "123456789012",
                "region": "eu-central-1",
                "nodePools": [
                    {"name": "system", "machineType": "m7i.2xlarge", "min": 2, "max": 3, "perZone": False},
                    {
                        "name": "growing",
                        "machineType": "m7i.2xlarge",
                        "max": 9,
                        "capacity": "spotWithFallback",
                    },
                    {"name": "small", "machineType": "m7i.2xlarge", "min": 1, "max": 2, "perZone": False},
                ],
            },
            "slipway:components": components,
        },
    }


@pytest.fixture(scope="module")
def copy() -> Generator[ProjectCopy]:
    with project({"crowded": content()}) as made:
        yield made


@pytest.fixture(scope="module")
def crowded(copy: ProjectCopy) -> Rehearsal:
    return rehearse(copy.stack("crowded"))


def test_a_pod_that_no_node_can_hold_is_told_with_the_scheduler_s_reason(crowded: Rehearsal) -> None:
    assert crowded.status == 2, crowded.said
    assert crowded.report["fits"] is False
    (pod,) = (one for one in crowded.report["pending"] if one["name"].startswith("poddefaults"))
    assert pod["asks"]["cpu"].startswith("100")
    assert "Insufficient cpu" in pod["reason"]
    assert any("system" in note and "one node has 7." in note for note in pod["groups"])


def test_a_pool_that_is_too_small_is_filled_and_the_rest_stays_pending(crowded: Rehearsal) -> None:
    left = [one for one in crowded.report["pending"] if "volumes-web-app" in one["name"]]
    small = crowded.pool("small")
    assert (small["nodes"], small["most"]) == (2, 2)
    assert len(left) == 4
    assert all("Insufficient cpu" in one["reason"] for one in left)
    assert all(
        any("small" in note and "all of its 2 nodes" in note for note in one["groups"]) for one in left
    )


def test_a_pool_grows_by_the_nodes_that_its_pods_need(crowded: Rehearsal) -> None:
    rows = {row["capacity"]: row for row in crowded.report["pools"] if row["pool"] == "growing"}
    assert rows["spot"]["nodes"] == 4
    assert rows["on demand"]["nodes"] == 0
    assert rows["spot"]["resources"]["cpu"]["percent"] > 70
    assert not [one for one in crowded.report["pending"] if "notebook-controller" in one["name"]]


def test_nodes_that_help_nobody_are_not_kept(crowded: Rehearsal) -> None:
    assert crowded.pool("system")["nodes"] == 2


def test_secrets_of_the_stack_are_not_asked_for_and_nothing_is_left(
    crowded: Rehearsal, copy: ProjectCopy
) -> None:
    assert crowded.report["stack"] == "crowded"
    assert SECRET in (copy.root / "stacks" / "Pulumi.crowded.yaml").read_text()
    assert is_clean(copy)
