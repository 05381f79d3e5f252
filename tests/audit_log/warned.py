"""Fields that the API server has warned a client of, in the logs of containers.

A request that says nothing about validation is answered with a warning for each field that was dropped.
client-go prints it by klog (rest/warnings.go), controller-runtime by its logger, as a message of its own
(pkg/log/warning_handler.go): of its name, or in newer releases of the controller whose request it was.
"""

import re

# Where a message begins: after klog's header, in a column of zap's, or as a value of JSON.
_WARNING = re.compile(r'(?:\.go:\d+\] |\t|"(?:msg|message)":")unknown field \\?"([^"\\]+)\\?"')


def warned_of(log: str) -> list[str]:
    """The paths of fields that a container's log says were dropped."""
    return sorted(set(_WARNING.findall(log)))
