"""The error of the simulated cluster."""


class ClusterError(Exception):
    """A simulated cluster that cannot be made, started or reached. Its text is ready for the user."""
