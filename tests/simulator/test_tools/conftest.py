from __future__ import annotations

from pathlib import Path

import pytest

from .toolchain import Machine


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with nothing on PATH, an empty cache, and no way to reach a release."""
    path = tmp_path / "bin"
    path.mkdir()
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.setenv("SLIPWAY_CACHE", str(tmp_path / "cache"))
    for scheme in ("http", "https"):
        # The discard port: nothing listens there, and the refusal comes at once.
        for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper()):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    return Machine(path, tmp_path / "cache")
