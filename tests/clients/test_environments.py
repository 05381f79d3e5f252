"""The environments of the clients: what is locked, and how one is made."""

import re
from pathlib import Path

import pytest

from components import versions
from tests.clients.environments import CLIENTS, LOCKED, NotMadeError, environment

ENTRY = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def locked(client: str) -> dict[str, str]:
    """The packages in a client's environment, with their versions."""
    return dict(ENTRY.findall((LOCKED / f"{client}.txt").read_text(encoding="utf-8")))


def minor(version: str) -> str:
    """Major and minor number: `2.16` of `v2.16.1`, also at the end of an image."""
    return ".".join(version.rpartition(":")[2].removeprefix("v").split(".")[:2])


@pytest.mark.parametrize("client", CLIENTS)
def test_every_package_is_locked_by_its_hashes_and_no_index_is_named(client: str) -> None:
    text = (LOCKED / f"{client}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) == len(ENTRY.findall(text)) > 20
    assert all("--hash=sha256:" in one for one in entries)
    assert "://" not in text


def test_each_client_is_of_the_release_that_is_deployed() -> None:
    assert minor(locked("kfp")["kfp"]) == minor(versions.Pipelines.VERSION)
    assert minor(locked("katib")["kubeflow-katib"]) == minor(versions.Katib.CONTROLLER)
    assert minor(locked("kserve")["kserve"]) == minor(versions.KServe.CONTROLLER)


@pytest.mark.engine
def test_a_lock_file_that_cannot_be_installed_is_one_clear_error(tmp_path: Path) -> None:
    lock = tmp_path / "broken.txt"
    lock.write_text("kubeflow==0.5.0\n", encoding="utf-8")
    for _ in range(2):  # what the first attempt left is not taken for an environment
        with pytest.raises(NotMadeError, match=r"^the environment of broken\.txt cannot be made: .*[Hh]ash"):
            environment(lock, tmp_path / "cache")
