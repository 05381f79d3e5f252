"""What goes wrong while tools are looked for or obtained."""

from __future__ import annotations


class ToolError(Exception):
    """A tool cannot be had. The message is ready for the user: which tool, what was tried, what to do."""


class UnavailableError(Exception):
    """One way to obtain a tool does not work here. The message is the reason, and the next way is tried."""
