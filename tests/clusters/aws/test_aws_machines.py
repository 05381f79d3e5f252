"""The table of machine types agrees with itself and with what is known of accelerators."""

from components.clusters.accelerators import models
from components.clusters.aws.pool_settings import machines

TABLE = machines().machines.values()


def test_the_table_says_where_it_is_from_and_when() -> None:
    assert machines().cloud == "AWS"
    assert "2026-11" in machines().source


def test_every_family_stands_together() -> None:
    families = [one.name.partition(".")[0].removeprefix("gr").removeprefix("g") for one in TABLE]
    runs = [name for index, name in enumerate(families) if index == 0 or families[index - 1] != name]
    assert len(runs) == len(set(runs))


def test_every_machine_has_a_plausible_shape() -> None:
    for one in TABLE:
        assert 2 <= one.memory / one.cpu <= 22, one.name
        assert one.architecture in ("amd64", "arm64"), one.name
        assert (one.architecture == "arm64") == ("g" in one.name.partition(".")[0][2:]), one.name
        assert (one.model is None) == (one.count == 0), one.name


def test_every_accelerator_is_one_that_is_known() -> None:
    for one in TABLE:
        assert one.model is None or one.model.name in models(), one.name
        assert one.count in (0, 1, 2, 4, 8), one.name


def test_no_machine_has_a_feature_that_nothing_reads() -> None:
    for one in TABLE:
        assert set(one.features) <= {"efa", "cards", "block"}, one.name
        assert one.features.get("cards", 99) >= one.features.get("efa", 0), one.name
        assert 0 < one.features.get("efa", 1) <= 32, one.name


def test_what_is_sold_as_a_capacity_block_has_a_fabric() -> None:
    blocks = [one for one in TABLE if "block" in one.features]
    assert blocks
    assert all("efa" in one.features and one.model for one in blocks)


def test_the_smallest_machine_with_the_devices_is_chosen() -> None:
    assert machines().holding("L4", 1).name == "g6.xlarge"
    assert machines().holding("NVIDIA H100 80GB HBM3", 8).name == "p5.48xlarge"
    assert machines().holding("H200", 8).name == "p5e.48xlarge"
    assert machines().holding("B300", 8).name == "p6-b300.48xlarge"
