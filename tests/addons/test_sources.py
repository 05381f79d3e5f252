"""Where charts come from, and what is refused of it before anything is created."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from components.addons import AddonsSettings
from components.charts import ChartSource, FolderSource
from components.settings_base import SettingsError
from components.versions import Charts
from tests.addons.charts import Declared, installed


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a folder of archives, which hold their own names."""
    (tmp_path / "Pulumi.yaml").touch()
    charts = tmp_path / "charts"
    charts.mkdir()
    for pin in AddonsSettings().charts:
        (charts / pin.archive).write_text(pin.archive)
    (tmp_path / "stacks").mkdir()
    monkeypatch.chdir(tmp_path / "stacks")
    return charts


def checksums(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def from_folder(digests: Mapping[str, str], path: str = "charts") -> Declared:
    return installed({"source": {"kind": "folder", "path": path, "checksums": digests}})


def test_a_chart_comes_from_its_own_repository_unless_said() -> None:
    chart = installed().charts["istiod"]
    assert chart["chart"] == "istiod"
    assert chart["repositoryOpts"] == {"repo": Charts.ISTIOD.repository}
    assert chart["version"] == Charts.ISTIOD.version


def test_a_repository_in_a_registry_is_written_before_the_name() -> None:
    chart = installed({"kueue": {"enabled": True}}).charts["kueue"]
    assert chart["chart"] == f"{Charts.KUEUE.repository}/kueue"
    assert chart["version"] == Charts.KUEUE.version
    assert "repositoryOpts" not in chart


def test_a_mirror_holds_all_charts_under_one_path() -> None:
    stack = installed({"source": {"kind": "mirror", "registry": "oci://registry.example.com:5000/charts"}})
    assert {chart["chart"].rpartition("/")[0] for chart in stack.charts.values()} == {
        "oci://registry.example.com:5000/charts"
    }
    assert all("repositoryOpts" not in chart and chart["version"] for chart in stack.charts.values())


def test_archives_of_a_folder_below_the_project_are_found_from_anywhere_in_it(folder: Path) -> None:
    stack = from_folder(checksums(folder))
    assert stack.charts["istiod"]["chart"] == str(folder / "istiod-1.30.3.tgz")
    assert "version" not in stack.charts["istiod"]


def test_a_changed_archive_is_refused_before_anything_is_declared(folder: Path) -> None:
    digests = checksums(folder)
    (folder / Charts.ISTIOD.archive).write_text("something else")
    found = refused(digests)
    assert found.startswith("slipway:addons.source.checksums.istiod-1.30.3.tgz: found an archive with ")
    assert digests[Charts.ISTIOD.archive] in found
    assert "\n" not in found


def test_a_missing_archive_is_refused(folder: Path) -> None:
    digests = checksums(folder)
    (folder / Charts.ISTIOD.archive).unlink()
    assert refused(digests).startswith("slipway:addons.source.path: 'charts' has no istiod-1.30.3.tgz")


def test_an_archive_without_a_checksum_is_refused(folder: Path) -> None:
    digests = checksums(folder)
    del digests[Charts.ISTIO_CNI.archive]
    assert refused(digests).startswith("slipway:addons.source.checksums: has no 'cni-1.30.3.tgz'")


def test_a_folder_that_is_not_there_is_refused(folder: Path) -> None:
    assert refused(checksums(folder), "chart").startswith("slipway:addons.source.path: found 'chart'")


def test_all_that_is_wrong_with_a_folder_is_said_at_once(folder: Path) -> None:
    (folder / Charts.ISTIOD.archive).unlink()
    (folder / Charts.ISTIO_CNI.archive).write_text("something else")
    digests = {
        pin.archive: hashlib.sha256(pin.archive.encode()).hexdigest() for pin in AddonsSettings().charts
    }
    assert len(refused(digests).splitlines()) == 2


def test_an_archive_that_this_stack_does_not_need_is_not_asked_for(folder: Path) -> None:
    assert Charts.KUEUE.archive not in checksums(folder)
    assert "kueue" not in from_folder(checksums(folder)).charts


def test_charts_are_not_looked_for_where_none_is_installed(folder: Path) -> None:
    settings = {"source": {"kind": "folder", "path": str(folder / "none"), "checksums": dict[str, str]()}}
    assert installed(settings, charts=False).charts == {}


def test_charts_of_other_components_are_held_to_their_checksums_too(folder: Path) -> None:
    source = ChartSource(settings=FolderSource(path="charts", checksums=checksums(folder)))
    source.check(AddonsSettings().charts)
    with pytest.raises(SettingsError, match=r"has no 'gpu-operator-v26\.3\.3\.tgz'"):
        source.check([Charts.GPU_OPERATOR])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"kind": "git"}, "does not match any of the expected tags"),
        ({"kind": "mirror"}, "Field required"),
        ({"kind": "mirror", "registry": "https://registry.example.com"}, "should match pattern"),
        ({"kind": "folder", "path": "charts"}, "Field required"),
        ({"kind": "folder", "path": "", "checksums": {}}, "at least 1 character"),
        (
            {"kind": "folder", "path": "charts", "checksums": {"istiod": "0" * 64}},
            "not the name of an archive",
        ),
        ({"kind": "folder", "path": "charts", "checksums": {"a-1.tgz": "abc"}}, "not a SHA-256 digest"),
        ({"kind": "repositories", "path": "charts"}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_source_is_refused(source: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AddonsSettings.model_validate({"source": source})


def refused(digests: Mapping[str, str], path: str = "charts") -> str:
    with pytest.raises(SettingsError) as error:
        from_folder(digests, path)
    return str(error.value)
