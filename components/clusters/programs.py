"""Which programs run on a simulated cluster that is live: what the package `simulator` knows of them.

Only a checkout of the project has that package, and the installed package `slipway` has not: it is asked
where a stack has a simulated cluster, and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pulumi

from ..settings_base import SettingsError

KEY = "slipway:cluster.live"


@dataclass(frozen=True)
class Programs:
    """The projects of the table whose programs run, and the images that they stand for."""

    projects: tuple[str, ...]
    images: tuple[str, ...]


def problem(projects: Sequence[str]) -> str | None:
    """What is wrong with these names of projects, as one sentence; None where all of them can run."""
    if find_spec("simulator") is None:
        return None
    from simulator import programs  # noqa: PLC0415

    known = programs.projects()
    wrong = [name for name in projects if name not in known]
    if wrong:
        return f"found {', '.join(map(repr, wrong))}; allowed: {', '.join(known)}"
    for name in projects:
        # Their pods would wait for what simulated ones do not make.
        if missing := [one for one in programs.needs().get(name, ()) if one not in projects]:
            return f"found '{name}' without {' and '.join(missing)}; allowed: with what its pods wait for"
    return None


def chosen(projects: Sequence[str] | None, directory: Path) -> Programs | None:
    """What runs on the cluster in `directory`, all projects unless some are named; None where nothing can.

    A warning says then why the cluster is simulated as a whole. A cluster that is live stays so: raises
    SettingsError where it was made by somebody who could run programs and this one cannot, since another
    cluster would take its place, without anything that is in it.
    """
    if find_spec("simulator") is None:
        return None
    from simulator import cluster, node, programs  # noqa: PLC0415

    reason = node.obstacle()
    if reason is None:
        names = tuple(sorted(projects or programs.projects()))
        return Programs(projects=names, images=tuple(sorted(programs.images(names))))
    if cluster.status(directory).live:
        raise SettingsError(
            f"{KEY}: the cluster of this stack runs programs and cannot be worked on from here: {reason}. "
            "Run it as it was made, or remove it with `make down`"
        )
    pulumi.log.warn(f"{KEY}: the cluster is simulated as a whole, no program runs: {reason}")
    return None
