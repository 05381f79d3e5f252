"""The process that holds a live cluster's network, and lets the machine reach the API server in it.

`python -m simulator.node.network <socket> <port> <ready>` runs in the network namespace. `socket` is the
number of a descriptor that it inherits: a socket that listens outside, on the machine's loopback address.
Each of its connections is passed on to the same port inside. `ready` is a descriptor that it closes once it
does so.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from simulator.node.layout import ADDRESS, BRIDGE

_CHUNK = 1 << 16


def set_up() -> None:
    """Give the namespace its addresses and routes, unless it has them.

    With a default route the node itself reaches Services: kube-proxy turns their addresses into pods' only
    for packets that some route would send.
    """
    if Path(f"/sys/class/net/{BRIDGE}").exists() or _has(BRIDGE):
        return
    for command in (
        "link set lo up",
        f"link add {BRIDGE} type bridge",
        f"addr add {ADDRESS}/32 dev {BRIDGE}",
        f"link set {BRIDGE} up",
        f"route add default dev {BRIDGE}",
    ):
        subprocess.run(["ip", *command.split()], check=True)
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def _has(link: str) -> bool:
    return subprocess.run(["ip", "link", "show", link], capture_output=True, check=False).returncode == 0


async def relay(listener: socket.socket, port: int, ready: int) -> None:
    """Pass connections on until the process ends."""

    async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            inside = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_copy(reader, inside[1]), _copy(inside[0], writer))
        writer.close()

    server = await asyncio.start_server(passed_on, sock=listener)
    os.close(ready)
    await server.serve_forever()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Copy until the source ends, and tell the target so; its other direction may go on."""
    try:
        while data := await source.read(_CHUNK):
            target.write(data)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()
    except OSError:
        target.close()


def main(arguments: Sequence[str]) -> int:
    """Hold the network until the process is ended."""
    listening, port, ready = map(int, arguments)
    set_up()
    asyncio.run(relay(socket.socket(fileno=listening), port, ready))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
