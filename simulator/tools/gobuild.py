"""Builds tools from pinned Go modules, with Go's own module and build caches."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from simulator.tools import gomod, versions
from simulator.tools.catalog import GoProgram, Tool
from simulator.tools.errors import UnavailableError
from simulator.tools.progress import Progress

SOURCE = "built from Go modules"
MODULES = Path(__file__).parent / "modules"

# What `go build -v` prints for each package that it compiles: an import path, nothing else.
_PACKAGE = re.compile(r"[\w.~-]+(/[\w.~-]+)*")
_NO_DEBUGGING = "-dwarf=false"
_TAIL_LINES = 15
_SECONDS_TO_STOP = 10


def build(tool: Tool, stage: Path, log: TextIO, progress: Progress) -> dict[str, str]:
    """Build the tool's programs into `stage/bin` and return the version of each.

    Raises UnavailableError where Go is missing or a build fails; the whole output goes to `log`.
    """
    go = compiler()
    built: dict[str, str] = {}
    for program in tool.build:
        _compile(go, program, stage / "bin", log, progress)
        built |= dict.fromkeys((program.name, *program.scripts), program.version)
    return built


def compiler() -> str:
    """Return the path of Go; raise UnavailableError where there is none."""
    go = shutil.which("go")
    if go is None:
        message = f"there is no `go` on PATH: install Go {versions.GO} or later (https://go.dev/dl/)"
        raise UnavailableError(message)
    return go


def _compile(go: str, program: GoProgram, into: Path, log: TextIO, progress: Progress) -> None:
    folder = MODULES / program.module
    command = [
        go,
        "build",
        *options(program.variables, program.tags),
        "-o",
        str(into / program.name),
        program.package,
    ]
    run(command, folder, log, lambda news: progress.detail(f"{program.name}, {news}"))
    if program.scripts:
        # Scripts of a module lie in its folder of the module cache; none of them is kept in this project.
        command = [go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", program.scripts_module]
        listing = run(command, folder, log, progress.detail)
        for name, path in program.scripts.items():
            shutil.copyfile(Path(listing[-1]) / path, into / name)
            (into / name).chmod(0o755)


def options(variables: Mapping[str, str], tags: Iterable[str], plain: Iterable[str] = ()) -> list[str]:
    """Return the options of `go build` for a program with these tags and variables that the linker sets.

    `plain` are modules that are compiled without inlining: a quarter faster, to a program that is slower.
    """
    linked = " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in variables.items())])
    # The linker drops debugging data; not to compile it saves a tenth of the time and a fifth of Go's cache.
    compiled = [f"-gcflags=all={_NO_DEBUGGING}", *(f"-gcflags={one}/...={_NO_DEBUGGING} -l" for one in plain)]
    chosen = [f"-tags={','.join(tags)}", "-ldflags", linked]
    return ["-mod=readonly", "-trimpath", "-buildvcs=false", "-v", *chosen, *compiled]


def unshared(folder: Path) -> list[str]:
    """Return the modules that a program of `folder` is compiled with, and no tool in the same version.

    The others are compiled as the tools are, so that what Go compiled for one it need not for the other.
    """
    tools = [gomod.versions(other.parent) for other in MODULES.glob("*/go.mod")]
    mine = gomod.versions(folder)
    return [path for path, version in mine.items() if all(tool.get(path) != version for tool in tools)]


def environment() -> Mapping[str, str]:
    """Return the environment of a build: the caller's, but for what would make other programs of it."""
    environment = dict(os.environ)
    for foreign in ("GOOS", "GOARCH", "GOBIN"):
        environment.pop(foreign, None)
    # The compiler lives for seconds: up to 1 GiB, not to collect its garbage saves a fifth of its time.
    environment.setdefault("GOGC", "off")
    environment.setdefault("GOMEMLIMIT", "1GiB")
    # Static programs that need no C compiler, whatever workspace the user has.
    return environment | {"CGO_ENABLED": "0", "GOWORK": "off"}


def run(command: list[str], folder: Path, log: TextIO, tell: Callable[[str], None]) -> list[str]:
    """Run Go in `folder` and return the last lines of its output, the names of compiled packages left out."""
    log.write(f"$ {' '.join(command)}\n")
    log.flush()
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    compiled = 0
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                log.write(line)
                text = line.rstrip()
                if _PACKAGE.fullmatch(text):
                    compiled += 1
                    tell(f"{compiled} packages compiled")
                elif text:
                    tail.append(text)
                    if text.startswith("go: downloading"):
                        tell(text.removeprefix("go: "))
        except BaseException:
            _stop(process)
            raise
    if process.returncode != 0:
        message = f"`go {command[1]}` ended with exit status {process.returncode}; its output ends:"
        raise UnavailableError("\n".join([message, *(f"    {line}" for line in tail or ["(no output)"])]))
    return list(tail)


def _stop(process: subprocess.Popen[str]) -> None:
    # On an interrupt Go ends its compilers by itself; on a kill it would leave them running.
    process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_SECONDS_TO_STOP)
        return
    process.kill()
