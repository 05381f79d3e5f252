"""The table: every image whose program can be had, one module for each project."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from components.versions import Chart
from simulator.programs.catalog import (
    argo,
    cert_manager,
    databases,
    examples,
    jobset,
    katib,
    kserve,
    oauth2_proxy,
    spark,
    trainer,
    training_operator,
)
from simulator.programs.model import GoPrograms, Image

_PROJECTS = {
    project.__name__.rpartition(".")[2]: project
    for project in (
        argo,
        cert_manager,
        databases,
        examples,
        jobset,
        katib,
        kserve,
        oauth2_proxy,
        spark,
        trainer,
        training_operator,
    )
}


@cache
def projects() -> Mapping[str, tuple[Image, ...]]:
    """Return the images of each project, by the name of its module."""
    return {name: project.IMAGES for name, project in _PROJECTS.items()}


@cache
def needs() -> Mapping[str, tuple[str, ...]]:
    """Return by project the others without which its pods would not become ready: their `NEEDS`."""
    found = {name: getattr(project, "NEEDS", ()) for name, project in _PROJECTS.items()}
    return {name: needed for name, needed in found.items() if needed}


def charts() -> Mapping[Chart, tuple[GoPrograms, str]]:
    """Return the charts whose source comes with the programs of a project, and where their archives lie."""
    return cert_manager.CHARTS
