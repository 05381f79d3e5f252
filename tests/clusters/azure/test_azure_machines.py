"""The table of machine types agrees with itself and with what is known of accelerators."""

from components.clusters.accelerators import models
from components.clusters.azure.pool_settings import MACHINES

TABLE = MACHINES.machines.values()


def test_the_table_says_where_it_is_from_and_when() -> None:
    assert MACHINES.cloud == "Azure"
    assert "2026-11" in MACHINES.source


def test_every_machine_has_a_plausible_shape() -> None:
    for one in TABLE:
        assert one.name.startswith("Standard_"), one.name
        assert 2 <= one.memory / one.cpu <= 25, one.name
        assert (one.model is None) == (one.count == 0), one.name


def test_a_name_says_how_many_processors_and_which_architecture() -> None:
    for one in TABLE:
        digits = "".join(letter if letter.isdigit() else " " for letter in one.name.split("_")[1]).split()
        assert int(digits[0]) == one.cpu, one.name
        arm = "ps_v6" in one.name or "GB200" in one.name
        assert one.architecture == ("arm64" if arm else "amd64"), one.name


def test_every_accelerator_is_one_that_is_known() -> None:
    for one in TABLE:
        assert one.model is None or one.model.name in models(), one.name
        assert one.count in (0, 1, 2, 4, 8), one.name
        assert one.model is None or one.name.startswith(("Standard_NC", "Standard_ND", "Standard_NV")), (
            one.name
        )


def test_the_machines_of_one_family_stand_in_order_of_size() -> None:
    seen: dict[str, int] = {}
    for one in TABLE:
        family = "".join(letter for letter in one.name.split("_", 1)[1] if not letter.isdigit())
        assert one.cpu >= seen.get(family, 0), one.name
        seen[family] = one.cpu


def test_infiniband_is_what_the_series_for_training_has() -> None:
    for one in TABLE:
        assert ("infiniband" in one.features) == one.name.startswith("Standard_ND"), one.name


def test_no_machine_has_a_feature_that_nothing_reads() -> None:
    for one in TABLE:
        assert set(one.features) <= {"infiniband", "ephemeral"}, one.name


def test_the_smallest_machine_with_the_devices_is_chosen() -> None:
    assert MACHINES.holding("T4", 1).name == "Standard_NC4as_T4_v3"
    assert MACHINES.holding("NVIDIA H100 80GB HBM3", 8).name == "Standard_ND96isr_H100_v5"
    assert MACHINES.holding("H100-NVL", 2).name == "Standard_NC80adis_H100_v5"
    assert MACHINES.holding("A100", 8).name == "Standard_ND96asr_v4"
