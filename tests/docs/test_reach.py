"""The table of docs/network.md says what the policies let through."""

import pytest

from docs.reach import HEAD, PAGE, table, written
from tests.network.scene import platform


def test_the_table_is_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page, table(platform().objects)), "out of date: run `python -m docs.reach`"


def test_an_opening_that_changes_changes_the_table() -> None:
    without = [
        one
        for one in platform().objects
        if (one["kind"], one["metadata"]["name"]) != ("NetworkPolicy", "katib-mysql")
    ]
    rows = set(table(platform().objects).splitlines())
    assert [row.partition(" | ")[0] for row in rows - set(table(without).splitlines())] == ["| `katib-mysql`"]


def test_a_page_without_the_table_is_refused() -> None:
    with pytest.raises(AssertionError, match="no such table"):
        written("# A page", HEAD)
