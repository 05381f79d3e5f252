"""Which packages of the distribution come with a program; the distribution's own tools are scripted."""

import io
from pathlib import Path

import pytest

from simulator.programs import debian
from simulator.programs.model import DebianPackages
from simulator.tools.progress import choose

SERVER = DebianPackages(name="server", version="1", packages=("server",))

# As apt-cache 2.6 prints it: the server needs a library, locales or all of them, and something for debconf.
DEPENDS = """\
server
  Depends: library
 |Depends: locales
  Depends: locales-all
  Depends: <debconf-2.0>
    cdebconf
    debconf
  PreDepends: shell:any
library
  Depends: data
locales
locales-all
  Depends: big
cdebconf
debconf
data
shell
big
"""


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the scripts: `installed` there says what the machine has, `downloaded` what was asked for."""
    (tmp_path / "depends").write_text(DEPENDS)
    (tmp_path / "installed").write_text("shell\n")
    scripts = {
        "apt-cache": 'case "$*" in *policy*) echo "500 http://mirror/";; *) cat {}/depends;; esac',
        "apt-get": 'while [ "$1" != download ]; do shift; done; shift; echo "$*" > {}/downloaded',
        "dpkg": "exit 0",
        "dpkg-query": 'for name; do :; done; ! grep -qx "$name" {}/installed || echo installed',
    }
    for name, text in scripts.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text.replace('{}', str(tmp_path))}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def test_a_package_brings_what_it_needs_and_of_a_choice_the_first(tools: Path) -> None:
    assert _downloaded(tools) == ["cdebconf", "data", "library", "locales", "server"]


def test_what_the_machine_has_is_not_brought_nor_another_way_to_have_it(tools: Path) -> None:
    (tools / "installed").write_text("shell\nlibrary\nlocales-all\ndebconf\n")
    assert _downloaded(tools) == ["server"]


def _downloaded(tools: Path) -> list[str]:
    stage = tools / "stage"
    stage.mkdir()
    debian.install(SERVER, stage, io.StringIO(), choose(lambda _: None))
    return (tools / "downloaded").read_text().split()
