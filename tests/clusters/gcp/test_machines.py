"""The table of machine types of Google Cloud is consistent with itself and with that of accelerators."""

import re
from pathlib import Path

import pytest
import yaml

from components.clusters.gcp.pool_settings import MACHINES
from components.clusters.machines import Machine

FILE = Path("components/clusters/gcp/machines.yaml")
FEATURES = {"machine", "accelerator", "disk", "localSsd", "placement", "fabric", "capacity"}


@pytest.fixture(params=MACHINES.machines.values(), ids=lambda machine: machine.name)
def machine(request: pytest.FixtureRequest) -> Machine:
    return request.param


def test_the_table_says_its_source_and_the_month_it_was_read() -> None:
    assert re.search(r"\b20[0-9]{2}-[0-9]{2}\b", MACHINES.source)


def test_no_machine_is_listed_twice() -> None:
    text = (Path(__file__).parents[3] / FILE).read_text(encoding="utf-8")
    names = re.findall(r"^  ([a-z][-+a-z0-9]+):", text, re.MULTILINE)
    assert len(names) == len(set(names)) == len(MACHINES.machines)


def test_a_family_is_listed_from_small_to_large() -> None:
    families: dict[str, list[int]] = {}
    for one in MACHINES.machines.values():
        family = re.sub(r"-[0-9]+(?=\+|$)|-[0-9]+g$", "", one.name)
        family = re.sub(r"x[0-9]+$", "", family)
        families.setdefault(family, []).append(one.cpu)
    assert {name: cpus for name, cpus in families.items() if cpus != sorted(cpus)} == {}


def test_memory_fits_the_processors(machine: Machine) -> None:
    assert 3.5 <= machine.memory / machine.cpu <= 18


def test_only_known_features_are_said(machine: Machine) -> None:
    assert set(machine.features) <= FEATURES
    assert set(machine.features.get("capacity", ["spot"])) <= {"onDemand", "spot", "reservation"}
    assert machine.features.get("fabric", "rdma") in {"tcpx", "tcpxo", "rdma"}


def test_accelerators_have_the_name_that_gke_knows_and_nothing_else_has(machine: Machine) -> None:
    assert ("accelerator" in machine.features) == (machine.model is not None)
    assert machine.features.get("accelerator", "nvidia-").startswith("nvidia-")


def test_only_accelerators_have_a_network_of_their_own(machine: Machine) -> None:
    assert machine.model is not None or "fabric" not in machine.features


def test_one_accelerator_of_gke_is_one_model() -> None:
    models: dict[str, set[str]] = {}
    for one in MACHINES.machines.values():
        if one.model:
            models.setdefault(one.features["accelerator"], set()).add(one.model.name)
    assert {name: found for name, found in models.items() if len(found) > 1} == {}


def test_attached_accelerators_stand_in_the_name_as_in_the_row() -> None:
    attached = [one for one in MACHINES.machines.values() if "machine" in one.features]
    assert attached
    for one in attached:
        assert one.model
        assert one.name == f"{one.features['machine']}+{one.model.short.lower()}x{one.count}"


def test_there_is_a_family_with_arm64_processors() -> None:
    assert any(one.architecture == "arm64" and not one.model for one in MACHINES.machines.values())


@pytest.mark.parametrize(
    ("model", "count", "name"),
    [
        ("L4", 1, "g2-standard-4"),
        ("T4", 1, "n1-standard-4+t4x1"),
        ("A100", 16, "a2-megagpu-16g"),
        ("NVIDIA H100 80GB HBM3", 8, "a3-highgpu-8g"),
        ("h200", 8, "a3-ultragpu-8g"),
        ("GB200", 4, "a4x-highgpu-4g"),
    ],
)
def test_the_smallest_machine_with_the_devices_is_chosen(model: str, count: int, name: str) -> None:
    assert MACHINES.holding(model, count).name == name


def test_the_file_is_plain_yaml_of_three_keys() -> None:
    table = yaml.safe_load((Path(__file__).parents[3] / FILE).read_text(encoding="utf-8"))
    assert list(table) == ["cloud", "source", "machines"]
