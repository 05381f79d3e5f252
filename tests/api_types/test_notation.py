"""The notation of API types: what it says, and what it does not let pass."""

from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest
import yaml

from components.kube.api_types import ApiTypesError, load_api_types
from tests.support.validation import api_type_paths


def _load(folder: Path, text: str) -> dict[str, Any]:
    file = folder / "api_types.yaml"
    file.write_text(dedent(text), encoding="utf-8")
    (manifest,) = load_api_types(file)
    return manifest


def _cases(file: str) -> list[dict[str, Any]]:
    return yaml.safe_load((Path(__file__).parent / file).read_text(encoding="utf-8"))


_AROUND = "example.org:\n  Thing:\n    versions: v1\n    schema:\n"


def test_a_kind_becomes_a_whole_definition(tmp_path: Path) -> None:
    manifest = _load(
        tmp_path,
        """
        machines.example.k8s.io:
          Press:
            plural: presses
            short: pr
            categories: [all, machines]
            scope: Cluster
            approved: https://example.org/approval
            versions: {v2: stored, v1: served, v1beta1: deprecated, v1alpha1: not served}
            status: true
            scale: {replicas: .spec.count, status: .status.count, selector: .status.selector}
            columns:
              Age: date .metadata.creationTimestamp
              Force: number(1) .spec.force
            schema: {spec*: open}
        """,
    )
    fields = {"type": "object", "properties": {"spec": _OPEN}, "required": ["spec"]}
    version = {
        "schema": {"openAPIV3Schema": fields},
        "additionalPrinterColumns": [
            {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
            {"name": "Force", "type": "number", "jsonPath": ".spec.force", "priority": 1},
        ],
        "subresources": {
            "status": {},
            "scale": {
                "specReplicasPath": ".spec.count",
                "statusReplicasPath": ".status.count",
                "labelSelectorPath": ".status.selector",
            },
        },
    }
    assert manifest == {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": "presses.machines.example.k8s.io",
            "annotations": {"api-approved.kubernetes.io": "https://example.org/approval"},
        },
        "spec": {
            "group": "machines.example.k8s.io",
            "names": {
                "kind": "Press",
                "listKind": "PressList",
                "plural": "presses",
                "singular": "press",
                "shortNames": ["pr"],
                "categories": ["all", "machines"],
            },
            "scope": "Cluster",
            "versions": [
                {"name": "v2", "served": True, "storage": True, **version},
                {"name": "v1", "served": True, "storage": False, **version},
                {"name": "v1beta1", "served": True, "storage": False, "deprecated": True, **version},
                {"name": "v1alpha1", "served": False, "storage": False, **version},
            ],
        },
    }


_OPEN = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


@pytest.mark.parametrize("case", _cases("expansions.yaml"), ids=lambda case: str(case["fields"]))
def test_fields_are_expanded(tmp_path: Path, case: dict[str, Any]) -> None:
    kinds = {"Thing": {"versions": "v1", "schema": case["fields"]}}
    content = {"fragments": case.get("fragments", {}), "example.org": kinds}
    manifest = _load(tmp_path, yaml.safe_dump(content))
    (version,) = manifest["spec"]["versions"]
    assert version["schema"]["openAPIV3Schema"] == {"type": "object", "properties": case["become"]}


def test_a_fragment_is_given_once_and_required_where_it_is_used(tmp_path: Path) -> None:
    manifest = _load(
        tmp_path,
        """
        fragments: {Size: {width*: integer}}
        example.org: {Thing: {versions: v1, schema: {left*: Size, right: Size}}}
        """,
    )
    schema = manifest["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    assert schema["properties"]["left"] == schema["properties"]["right"]
    assert schema["required"] == ["left"]


def test_a_version_can_have_a_schema_of_its_own(tmp_path: Path) -> None:
    manifest = _load(
        tmp_path,
        """
        example.org:
          Thing:
            versions: {v2: stored, v1: {schema: open, columns: {}}}
            columns: {Size: integer .spec.size}
            schema: {spec: {size: integer}}
        """,
    )
    two, one = manifest["spec"]["versions"]
    assert one["schema"]["openAPIV3Schema"] == _OPEN
    assert "additionalPrinterColumns" not in one
    assert two["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"] == {
        "size": {"type": "integer"}
    }


def test_what_holds_for_all_kinds_of_a_file_is_written_once(tmp_path: Path) -> None:
    file = tmp_path / "api_types.yaml"
    text = (
        "defaults: {versions: v1, schema: open, status: true}\nexample.org: {One: {}, Two: {versions: v2}}\n"
    )
    file.write_text(text, encoding="utf-8")
    one, two = load_api_types(file)
    assert one["spec"]["versions"][0]["name"] == "v1"
    assert two["spec"]["versions"][0] == {**one["spec"]["versions"][0], "name": "v2"}


def test_the_files_of_a_folder_share_its_fragments(tmp_path: Path) -> None:
    (tmp_path / "fragments.yaml").write_text("Size: {width*: integer}\n", encoding="utf-8")
    for kind in ("Door", "Window"):
        text = f"example.org: {{{kind}: {{versions: v1, schema: {{spec: Size}}}}}}\n"
        (tmp_path / f"{kind.lower()}.yaml").write_text(text, encoding="utf-8")
    found = load_api_types(tmp_path)
    assert [one["metadata"]["name"] for one in found] == ["doors.example.org", "windows.example.org"]


def test_conversion_is_left_to_a_webhook_whose_authority_is_not_declared(tmp_path: Path) -> None:
    manifest = _load(
        tmp_path,
        """
        example.org:
          Thing:
            versions: {v2: stored, v1: served}
            conversion: {service: hook, namespace: things, path: /convert, ca_from: things/hook}
            schema: open
        """,
    )
    service = {"name": "hook", "namespace": "things", "path": "/convert", "port": 443}
    assert manifest["spec"]["conversion"] == {
        "strategy": "Webhook",
        "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {"service": service}},
    }
    assert manifest["metadata"]["annotations"] == {"cert-manager.io/inject-ca-from": "things/hook"}


@pytest.mark.parametrize("case", _cases("mistakes.yaml"), ids=lambda case: case["error"])
def test_a_mistake_is_one_error_that_names_file_kind_and_path(tmp_path: Path, case: dict[str, str]) -> None:
    text = case.get("file") or _AROUND + indent(case["schema"], " " * 6)
    with pytest.raises(ApiTypesError) as found:
        _load(tmp_path, text)
    said = str(found.value)
    assert said.startswith(f"{tmp_path / 'api_types.yaml'}: {case['error']}")
    assert "\n" not in said


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ApiTypesError, match=r"none\.yaml: there is no such file of API types"):
        load_api_types(tmp_path / "none.yaml")


@pytest.mark.parametrize("path", api_type_paths(), ids=lambda path: path.parent.name)
def test_every_file_of_the_platform_can_be_read(path: Path) -> None:
    assert load_api_types(path)
