"""`python -m simulator.tools`: obtains what is missing and shows what there is."""

from __future__ import annotations

import argparse
import sys

from simulator.tools import ToolError, Tools, ensure


def main() -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator.tools", description="Find or obtain the tools of the local engine."
    )
    parser.add_argument("names", nargs="*", help="tools, such as kubectl; all of them unless named")
    parser.add_argument("--directory", action="store_true", help="print only the folder to put on PATH")
    arguments = parser.parse_args()
    try:
        tools = ensure(names=arguments.names or None)
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: run it again to go on where it stopped", file=sys.stderr)
        return 130
    if arguments.directory:
        print(tools.directory)
    else:
        _show(tools)
    return 0


def _show(tools: Tools) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table("tool", "version", "from", box=None, pad_edge=False)
    for name, source in tools.sources.items():
        origin = tools.origins.get(name, source)
        table.add_row(name, tools.versions[name], source if origin == source else f"{source} ({origin})")
    console = Console()
    console.print(table)
    console.print(f"\nfirst on PATH: {tools.directory}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
