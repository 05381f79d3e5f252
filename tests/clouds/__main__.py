"""Start a cloud's plugin, as the engine does: `python -m tests.clouds <package> [engine address]`."""

import asyncio
import sys
from functools import partial

from simulator.kubernetes.protocol.server import serve
from tests.clouds.plugin import CloudPlugin

package, *rest = (argument for argument in sys.argv[1:] if not argument.startswith("-"))
asyncio.run(serve(rest[-1] if rest else None, partial(CloudPlugin, package=package)))
