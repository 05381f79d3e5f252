from decimal import Decimal

import pytest

from components.kube.quantity import gibibytes, mebibytes, millicores, parse_quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", "2"),
        ("1.5", "1.5"),
        (".5", "0.5"),
        ("500m", "0.5"),
        ("250u", "0.00025"),
        ("10k", "10000"),
        ("5M", "5000000"),
        ("1Ki", "1024"),
        ("128Mi", "134217728"),
        ("1Ti", "1099511627776"),
        ("1e3", "1000"),
        ("1E-3", "0.001"),
        ("1E", "1000000000000000000"),
        ("-1Gi", "-1073741824"),
    ],
)
def test_a_quantity_means_what_kubernetes_takes_it_for(text: str, value: str) -> None:
    assert parse_quantity(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", "Gi", "5GB", "5 Gi", "five", "1ee3", "--1", "1.2.3", "5gi", "1KI", "0x10"]
)
def test_what_is_no_quantity_is_refused_with_the_forms_that_are_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="is not a Kubernetes quantity") as refused:
        parse_quantity(text)
    assert str(refused.value).startswith(f"'{text}'")
    assert "500m" in str(refused.value)


def test_parts_of_a_unit_count_as_a_whole_one() -> None:
    assert millicores("0.0001") == 1
    assert mebibytes("1") == 1
    assert mebibytes("128Mi") == 128
    assert gibibytes("1025Mi") == 2
