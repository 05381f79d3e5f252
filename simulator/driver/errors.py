"""The error of the driver."""


class DriverError(Exception):
    """A command that cannot go on. Its text is ready for the user: what was found, and what to do."""
