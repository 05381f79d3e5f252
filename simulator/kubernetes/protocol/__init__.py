"""Pulumi's provider protocol: the process, the calls, and what is told to the engine."""
