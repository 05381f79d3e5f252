"""Settings of several forms, told apart by one key: errors name keys as a stack file has them."""

from collections.abc import Mapping
from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from components.settings_base import Settings
from components.settings_errors import explain


class Size(Settings):
    cores: int


class Here(Settings):
    kind: Literal["here"]
    size: Size


class There(Settings):
    kind: Literal["there"]
    address: str


class Places(Settings):
    places: tuple[Annotated[Here | There, Field(discriminator="kind")], ...] = ()
    first: Annotated[Here | There, Field(discriminator="kind")] | None = None


def told(given: Mapping[str, object]) -> str:
    with pytest.raises(ValidationError) as refused:
        Places.model_validate(given)
    return str(explain(refused.value, Places))


def test_a_form_that_there_is_not_is_told_with_those_that_there_are() -> None:
    text = told({"places": [{"kind": "elsewhere"}]})
    assert text == "slipway:places[0].kind: found 'elsewhere'; allowed: 'here', 'there'."


def test_the_key_that_tells_the_forms_apart_is_asked_for() -> None:
    empty: Mapping[str, object] = {}
    assert told({"places": [empty]}) == "slipway:places[0].kind: is missing; it is required."


def test_a_key_inside_a_form_is_named_as_it_is_written() -> None:
    text = told({"places": [{"kind": "here", "size": {"cores": "many"}}]})
    assert text == "slipway:places[0].size.cores: found 'many'; allowed: a whole number."


def test_an_unknown_key_of_a_form_is_told_with_the_keys_of_that_form() -> None:
    text = told({"first": {"kind": "there", "adress": "a"}})
    assert "slipway:first.adress: unknown key. Did you mean 'address'? Allowed here: address, kind." in text


def test_a_value_that_happens_to_be_called_like_a_form_stays_in_the_key() -> None:
    text = told({"places": [{"kind": "here", "size": {"cores": 1, "here": 2}}]})
    assert text == "slipway:places[0].size.here: unknown key. Allowed here: cores."
