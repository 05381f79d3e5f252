"""Fields that the API server has warned a client of, in the logs of containers.

A request that says nothing about validation is answered with a warning for each field that was dropped.
client-go prints it by klog (rest/warnings.go), controller-runtime by its logger, mostly as JSON
(pkg/log/warning_handler.go).
"""

import re

_UNKNOWN = re.compile(r'unknown field \\?"([^"\\]+)\\?"')
_WARNING = re.compile(r"warnings\.go:\d+\]|KubeAPIWarningLogger")


def warned_of(log: str) -> list[str]:
    """The paths of fields that a container's log says were dropped."""
    lines = [line for line in log.splitlines() if _WARNING.search(line)]
    return sorted({path for line in lines for path in _UNKNOWN.findall(line)})
