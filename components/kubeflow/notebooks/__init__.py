"""Notebooks: JupyterLab, VS Code and RStudio servers, their controller and web app."""

from .component import Notebooks, NotebooksArgs
from .node_pools import problems
from .settings import NotebooksSettings

__all__ = ["Notebooks", "NotebooksArgs", "NotebooksSettings", "problems"]
