"""Start the plugin: `python -m simulator.kubernetes [engine address]`, as the engine does."""

from __future__ import annotations

import asyncio
import sys
from importlib.util import find_spec
from types import ModuleType


def _bare(name: str) -> None:
    """Put an empty package in place of one, so that its submodules can be imported without it.

    Pulumi's generated protocol modules are all that is needed of its SDK, whose own import takes longer than
    all else in starting this process.
    """
    spec = find_spec(name)
    package = ModuleType(name)
    package.__path__ = list((spec.submodule_search_locations if spec else None) or [])
    sys.modules[name] = package


def main() -> None:
    """Serve until the engine is gone."""
    for name in ("pulumi", "pulumi.runtime", "pulumi.runtime.proto"):
        _bare(name)
    from simulator.kubernetes.protocol.provider import Provider  # noqa: PLC0415  after the packages above
    from simulator.kubernetes.protocol.server import serve  # noqa: PLC0415

    # Options such as -v=9 come before the address.
    addresses = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    asyncio.run(serve(addresses[-1] if addresses else None, Provider))


if __name__ == "__main__":
    main()
