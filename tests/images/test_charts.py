"""Charts pull from a stack's mirror too: by values that each chart documents, all of its images."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest

from components.charts.images import image_values, images_of
from components.kube.image import Reference
from components.kube.pulling import PULL_SECRET, ImageSource, pulling
from components.versions import Chart, Charts
from tests.addons.charts import EVERYTHING, Declared, installed
from tests.addons.facts import FACTS, facts

MIRROR = "registry.example.com/mirror"
PINS: Mapping[str, Chart] = {pin.name: pin for pin in vars(Charts).values() if isinstance(pin, Chart)}
PRIVATE = ImageSource(mirror=MIRROR, credentials='{"auths": {"registry.example.com": {}}}')
# The gateway's image is filled in by istiod; what Knative installs, the object KnativeServing says.


def _elsewhere(chart: str, image: str) -> bool:
    match chart:
        case "gateway":
            return True
        case "knative-operator":
            return "/operator/cmd/" not in image
        case _:
            return False


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for one in cast("Mapping[str, object]", value).values():
                yield from _texts(one)
        case list():
            for one in cast("list[object]", value):
                yield from _texts(one)
        case _:
            pass


@pytest.mark.parametrize("name", PINS)
def test_every_image_of_a_chart_has_a_value_that_says_where_it_is(name: str) -> None:
    pin = PINS[name]
    with pulling(ImageSource(mirror=MIRROR)):
        told = set(_texts(image_values(pin)))
    for image in pin.images:
        if _elsewhere(name, image):
            continue
        copy = Reference.of(ImageSource(mirror=MIRROR).pulled(image))
        assert {copy.repository, copy.repository.rpartition("/")[0], copy.path} & told, image


@pytest.mark.parametrize("name", sorted(PINS.keys() & {file.stem for file in FACTS.glob("*.yaml")}))
def test_a_chart_is_told_by_values_that_it_documents(name: str) -> None:
    with pulling(PRIVATE):
        assert facts(name).unknown(image_values(PINS[name])) == []


@pytest.mark.parametrize("name", PINS)
def test_a_stack_without_a_mirror_tells_charts_nothing(name: str) -> None:
    assert image_values(PINS[name]) == {}
    assert images_of(PINS[name]) == tuple(dict.fromkeys(PINS[name].images))


@pytest.fixture(scope="module")
def private() -> Declared:
    with pulling(PRIVATE):
        return installed(EVERYTHING)


def test_no_value_of_a_chart_names_a_registry_outside(private: Declared) -> None:
    registries = {Reference.of(image).registry for pin in PINS.values() for image in pin.images}
    assert len(registries) > 5
    found = {
        chart: [text for text in _texts(given["values"]) for one in registries if text.startswith(one)]
        for chart, given in private.charts.items()
        if "values" in given
    }
    assert {chart: texts for chart, texts in found.items() if texts} == {}


def test_the_knative_operator_installs_from_the_mirror(private: Declared) -> None:
    spec = private.objects["KnativeServing/knative-serving"]["spec"]
    assert facts("knative_serving").unknown(spec) == []
    names = spec["registry"]["override"]
    images = [image for image in Charts.KNATIVE_OPERATOR.images if "/operator/cmd/" not in image]
    assert sorted(names.values()) == sorted(f"{MIRROR}/{image}" for image in images)
    assert spec["registry"]["imagePullSecrets"] == [{"name": PULL_SECRET}]
    assert spec["config"]["deployment"]["queue-sidecar-image"] == names["queue-proxy"]


def test_an_add_on_s_namespace_has_the_credentials(private: Declared) -> None:
    # Objects are held by kind and name here: of several with one name the last one stays.
    secret = private.objects[f"Secret/{PULL_SECRET}"]
    assert secret["type"] == "kubernetes.io/dockerconfigjson"
    assert f"Secret/{PULL_SECRET}" not in installed(EVERYTHING).objects


def test_the_sidecars_of_the_mesh_find_the_credentials_by_the_name_that_teams_have(private: Declared) -> None:
    values: Mapping[str, Any] = private.values("istiod")
    assert values["global"]["hub"] == f"{MIRROR}/registry.istio.io/release"
    assert values["global"]["imagePullSecrets"] == [PULL_SECRET]
