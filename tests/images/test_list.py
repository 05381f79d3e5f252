"""The output `images` has every image that a stack will ever pull, and no other."""

from components.versions import Pipelines
from tests.images.recognised import images_in
from tests.support.everything import everything

# The controller of KServe puts name and version together, and `-gpu` behind the tag.
_PUT_TOGETHER = "kserve/art-explainer"
_BY_KSERVE = {"pytorch/torchserve-kfs:0.9.0-gpu", "tensorflow/serving:2.6.2-gpu"}


def test_every_image_that_an_object_names_is_listed_and_the_other_way_round() -> None:
    rendered = everything()
    listed, found = set(rendered.outputs["images"]), set(images_in(rendered.objects))
    assert {name for name in listed if name.startswith(f"{_PUT_TOGETHER}:")}
    listed = {_PUT_TOGETHER if name.startswith(f"{_PUT_TOGETHER}:") else name for name in listed}
    assert sorted(found - listed) == [], "named and not listed"
    assert sorted(listed - found) == sorted({*_BY_KSERVE, Pipelines.TUTORIALS}), "listed and not named"


def test_the_rule_by_which_images_are_found_sees_them_wherever_they_stand() -> None:
    objects = [
        {
            "kind": "Thing",
            "metadata": {"name": "a"},
            "spec": {
                "args": ["--image=quay.io/a/arg:1", "--at=mysql:3306", "http://example.com/a:b", "/a/b:c"],
                "env": [{"name": "SOME_IMAGE", "value": "bare"}, {"name": "HOST", "value": "bare"}],
                "image": "quay.io/a/field@sha256:" + "0" * 64,
                "text": "containers:\n- image: library/yaml:2\n- name: x\n",
                "json": '{"a": {"b": "hub/json:v1"}}',
                "bare": "mysql:8.4",
            },
        }
    ]
    assert set(images_in(objects)) == {
        "bare",
        "hub/json:v1",
        "library/yaml:2",
        "mysql:8.4",
        "quay.io/a/arg:1",
        "quay.io/a/field@sha256:" + "0" * 64,
    }
