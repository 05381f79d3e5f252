"""The serving runtimes that every team can use."""
