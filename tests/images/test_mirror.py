"""One setting has every image pulled from a mirror: no name of an image escapes, wherever it stands."""

from collections.abc import Mapping
from typing import Any

import pytest

from components.kube.pulling import ImageSource, named_in, pulled, pulled_within, pulling
from components.settings_base import SettingsError
from components.versions import Backups
from tests.images.recognised import images_in
from tests.support.everything import everything, everything_with
from tests.support.render import Rendered, render

MIRROR = "registry.example.com/mirror"
DIGEST = "sha256:" + "0123456789abcdef" * 4
SMALL = "registry.example.com/team/template:1.0"

# What people write themselves, in every form that a stack takes.
OWN = {
    "katib": {
        "ui": {"image": "quay.io/acme/katib-ui:2.0"},
        "trialTemplates": {
            "additional": {
                "mine": "apiVersion: batch/v1\nkind: Job\nspec: {template: {spec: {containers: "
                "[{name: a, image: 'quay.io/acme/trial:3.1'}]}}}\n"
            }
        },
    },
    "notebooks": {"spawner": {"jupyter": {"additional": ["quay.io/acme/lab:4.2", SMALL]}}},
    "pipelines": {
        "apiServer": {
            "samples": False,
            "pipelines": [
                {
                    "name": "mine",
                    "spec": "pipelineInfo: {name: mine}\nroot: {}\nschemaVersion: 2.1.0\n"
                    "deploymentSpec: {executors: {one: {container: {image: python:3.12}}}}\n",
                }
            ],
        }
    },
}


@pytest.fixture(scope="module")
def mirrored() -> Rendered:
    teams = {"a": {"owner": "ada@example.com"}}
    data = {"backup": {"enabled": True}}
    return everything_with({"images": {"mirror": MIRROR}, "components": OWN, "teams": teams, "data": data})


def test_no_image_escapes_the_mirror(mirrored: Rendered) -> None:
    found = images_in(mirrored.objects)
    outside = {name: sorted(places) for name, places in found.items() if not name.startswith(f"{MIRROR}/")}
    assert outside == {SMALL: outside[SMALL]}, "only the one in the mirror's own registry stays as it is"
    assert len(found) > 90


def test_the_list_of_images_is_that_of_the_mirror(mirrored: Rendered) -> None:
    listed = set(mirrored.outputs["images"])
    assert {name for name in listed if not name.startswith(f"{MIRROR}/")} == {SMALL}
    assert f"{MIRROR}/quay.io/acme/trial:3.1" in listed
    assert f"{MIRROR}/docker.io/{Backups.RCLONE}" in listed
    assert f"{MIRROR}/docker.io/library/python:3.12" in listed


def test_a_stack_without_a_mirror_names_images_as_their_projects_do() -> None:
    found = images_in(everything().objects)
    assert not [name for name in found if "example.com" in name]


def test_an_image_that_escapes_is_found(mirrored: Rendered) -> None:
    stray: Mapping[str, Any] = {
        "kind": "ConfigMap",
        "metadata": {"name": "stray"},
        "data": {"config": '{"sidecar": {"image": "quay.io/stray/agent:v1"}}', "args": "--agent=stray:1.2.3"},
    }
    found = images_in([*mirrored.objects, stray])
    assert set(found) - set(images_in(mirrored.objects)) == {"quay.io/stray/agent:v1", "stray:1.2.3"}


@pytest.mark.parametrize(
    ("image", "copy"),
    [
        ("ghcr.io/dexidp/dex:v2.45.1", f"{MIRROR}/ghcr.io/dexidp/dex:v2.45.1"),
        ("mysql:8.4", f"{MIRROR}/docker.io/library/mysql:8.4"),
        ("kserve/agent:v0.18.0", f"{MIRROR}/docker.io/kserve/agent:v0.18.0"),
        ("localhost:5000/lab:1", f"{MIRROR}/localhost-5000/lab:1"),
        (f"quay.io/a/b@{DIGEST}", f"{MIRROR}/quay.io/a/b@{DIGEST}"),
        (f"quay.io/a/b:1@{DIGEST}", f"{MIRROR}/quay.io/a/b:1@{DIGEST}"),
        (f"{MIRROR}/ghcr.io/dexidp/dex:v2.45.1", f"{MIRROR}/ghcr.io/dexidp/dex:v2.45.1"),
        (SMALL, SMALL),
    ],
)
def test_a_copy_has_the_whole_name_of_its_original(image: str, copy: str) -> None:
    source = ImageSource(mirror=MIRROR)
    assert source.pulled(image) == copy
    assert source.pulled(source.pulled(image)) == copy, "a name of the mirror stays"


def test_a_registry_may_have_a_place_of_its_own() -> None:
    source = ImageSource(mirrors={"docker.io": "registry.example.com/hub"})
    assert source.pulled("mysql:8.4") == "registry.example.com/hub/library/mysql:8.4"
    assert source.pulled("quay.io/a/b:1") == "quay.io/a/b:1"


def test_a_locked_image_is_pulled_by_its_digest_unless_its_reader_needs_the_tag() -> None:
    source = ImageSource(mirror=MIRROR, digests={"quay.io/a/b:1": DIGEST})
    assert source.pulled("quay.io/a/b:1") == f"{MIRROR}/quay.io/a/b:1@{DIGEST}"
    assert source.pulled("quay.io/a/b:1", by_tag=True) == f"{MIRROR}/quay.io/a/b:1"
    assert ImageSource(digests=source.digests).pulled("quay.io/a/b:1") == f"quay.io/a/b:1@{DIGEST}"


def test_what_is_left_open_in_a_text_stays_open() -> None:
    text = 'image: ${trialParameters.image}\nother: {image: "quay.io/a/b:1"}\nmyimage: quay.io/c/d:1\n'
    with pulling(ImageSource(mirror=MIRROR)):
        assert pulled_within(text) == text.replace("quay.io/a/b:1", f"{MIRROR}/quay.io/a/b:1")
    assert named_in(text) == ("quay.io/a/b:1",)
    assert pulled("quay.io/a/b:1") == "quay.io/a/b:1", "the mirror is that of one platform"


@pytest.mark.parametrize(
    ("images", "says"),
    [
        (
            {"mirror": "https://registry.example.com"},
            "is not a place in a registry; allowed: host[:port][/path]",
        ),
        ({"mirror": "mirror"}, "slipway:images.mirror: 'mirror' is not a place in a registry"),
        ({"mirrors": {"docker.io/library": MIRROR}}, "'docker.io/library' is not a registry; allowed: host"),
        ({"pullSecret": "registry"}, "pullSecret: found 'registry' without a mirror that asks for it"),
        ({"miror": MIRROR}, "slipway:images.miror: unknown key. Did you mean 'mirror'?"),
    ],
)
def test_a_mirror_that_is_none_is_refused(images: Mapping[str, object], says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        render({"cluster": {"provider": "simulated"}, "images": images})
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "components",
    [
        {
            "katib": {
                "trialTemplates": {"additional": {"a": "apiVersion: v1\nkind: Pod\nimage: lab:latest\n"}}
            }
        },
        {
            "pipelines": {
                "apiServer": {
                    "pipelines": [
                        {
                            "name": "a",
                            "spec": "pipelineInfo: 1\nroot: 1\nschemaVersion: 1\nimage: lab:latest\n",
                        }
                    ]
                }
            }
        },
    ],
)
def test_an_image_without_a_version_inside_a_text_is_refused(components: Mapping[str, Any]) -> None:
    with pytest.raises(SettingsError, match="'lab:latest' is not pinned: what 'latest' means changes"):
        render(**components)
