"""Programs built from Go modules: with what Go leaves out of a module, and with nothing else."""

import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from simulator.programs import golang
from simulator.programs.model import GoPrograms
from simulator.tools.errors import UnavailableError
from simulator.tools.progress import choose

MODULE = "example.com/greeter"
LINK = f"{MODULE}:word/word_linux.go"
MAIN = f'package main\n\nimport "{MODULE}/word"\n\nfunc main() {{ println(word.Greeting) }}\n'
# As in a repository where word_linux.go is a link to word_darwin.go: a module holds only what that leads to.
FILES = {
    "go.mod": f"module {MODULE}\n\ngo 1.21\n",
    "main.go": MAIN,
    "word/word.go": "package word\n",
    "word/word_darwin.go": 'package word\n\nconst Greeting = "hello"\n',
}

pytestmark = pytest.mark.engine


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose go.mod needs the module, which a registry of files has; Go has caches of its own."""
    versions = tmp_path / "registry" / MODULE / "@v"
    versions.mkdir(parents=True)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in FILES.items():
            archive.writestr(f"{MODULE}@v1.0.0/{path}", text)
    (versions / "v1.0.0.zip").write_bytes(content.getvalue())
    (versions / "v1.0.0.mod").write_text(FILES["go.mod"])
    (versions / "v1.0.0.info").write_text('{"Version": "v1.0.0"}')
    monkeypatch.setenv("GOPROXY", f"file://{tmp_path}/registry")
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "modules"))
    monkeypatch.setenv("GONOSUMDB", MODULE)
    monkeypatch.setenv("GOFLAGS", "-modcacherw")

    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "go.mod").write_text(f"module test\n\ngo 1.24\n\ntool {MODULE}\n\nrequire {MODULE} v1.0.0\n")
    subprocess.run(["go", "mod", "tidy"], cwd=folder, check=True, capture_output=True)

    def module(_: GoPrograms) -> Path:
        return folder

    monkeypatch.setattr(golang, "module", module)
    return folder


def built(source: GoPrograms, stage: Path) -> Path:
    with (stage.with_name("log")).open("w") as log, choose(lambda _: None) as progress:
        golang.install(source, stage, log, progress)
    return stage / "bin" / "greeter"


def test_a_program_is_compiled_through_a_link_that_its_module_lacks(program: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in program.iterdir()}
    source = GoPrograms(
        name="greeter", version="1.0.0", packages={"greeter": MODULE}, links={LINK: "word_darwin.go"}
    )
    done = subprocess.run([built(source, tmp_path / "stage")], capture_output=True, text=True, check=True)
    assert done.stderr == "hello\n"
    # Neither the pinned module nor Go's cache was written to.
    assert {path: path.read_bytes() for path in program.iterdir()} == before
    assert not list((tmp_path / "modules").rglob("word_linux.go"))


def test_without_the_link_it_is_not(program: Path, tmp_path: Path) -> None:
    assert program.is_dir()
    source = GoPrograms(name="greeter", version="1.0.0", packages={"greeter": MODULE})
    with pytest.raises(UnavailableError, match="Greeting"):
        built(source, tmp_path / "stage")
