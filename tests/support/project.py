"""Copies of the project on the real engine: `simulator.testing.project` holds them."""

from simulator.testing.project import ROOT, Outcome, ProjectCopy, StackCopy, processes_of, project, stack

__all__ = ["ROOT", "Outcome", "ProjectCopy", "StackCopy", "processes_of", "project", "stack"]
