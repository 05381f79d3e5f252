"""Kubernetes quantities: what `500m`, `2`, `128Mi` or `1e3` mean.

The grammar is that of k8s.io/apimachinery, pkg/api/resource.Quantity: a decimal number followed by nothing, a
decimal SI suffix, a binary SI suffix or a decimal exponent.
"""

import re
from decimal import ROUND_CEILING, Decimal

_FACTORS: dict[str, Decimal] = {
    "": Decimal(1),
    **{
        suffix: Decimal(10) ** exponent
        for suffix, exponent in {
            "n": -9,
            "u": -6,
            "m": -3,
            "k": 3,
            "M": 6,
            "G": 9,
            "T": 12,
            "P": 15,
            "E": 18,
        }.items()
    },
    **{
        suffix: Decimal(1024) ** power for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)
    },
}
_QUANTITY = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))"
    r"(?:(?P<suffix>[numkMGTPE]|[KMGTPE]i)|[eE](?P<exponent>[+-]?[0-9]{1,2}))?"
)


def parse_quantity(text: str) -> Decimal:
    """Return the value of a quantity: cores for CPU, bytes for memory and storage.

    Raises ValueError, naming the text and the forms that are allowed, where it is no quantity.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        message = (
            f"'{text}' is not a Kubernetes quantity (a number, and one of m, k, M, G, T, P, E, "
            "Ki, Mi, Gi, Ti, Pi, Ei or nothing after it, without a space: 500m, 2, 1.5, 128Mi, 5Gi)"
        )
        raise ValueError(message)
    number = Decimal(match["number"])
    if match["exponent"]:
        return number * Decimal(10) ** int(match["exponent"])
    return number * _FACTORS[match["suffix"] or ""]


def millicores(text: str) -> int:
    """CPU in thousandths of a core, rounded up as the scheduler does."""
    return _ceiling(parse_quantity(text) * 1000)


def mebibytes(text: str) -> int:
    """Memory or storage in MiB (2^20 bytes), rounded up."""
    return _ceiling(parse_quantity(text) / 1024**2)


def gibibytes(text: str) -> int:
    """Memory or storage in GiB (2^30 bytes), rounded up."""
    return _ceiling(parse_quantity(text) / 1024**3)


def _ceiling(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_CEILING))
