"""`make bench`: the main job in figures, each beside what it is compared with, all in one run.

    python -m bench [--stack local] [--only profiles,podDefaults,dashboard,notebooks] [--json FILE]
    python -m bench --stack live
    python -m bench --teams 10,100 --only profiles,podDefaults

With `--teams` it measures what each object of further teams adds to a preview, and nothing else.
It works on a copy of the project with a home of its own, so that a stack that is up stays as it is.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from bench import apply, teams
from bench.measure import Figure, run
from components.components_settings import ComponentsSettings
from tests.support.project import ROOT, StackCopy, project


@dataclass(frozen=True)
class Result:
    """One row: what was measured, its value with its unit, and what it may be at most."""

    what: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the limit is kept; empty where there is none."""
        if self.limit is None:
            return ""
        return "kept" if self.value <= self.limit else "exceeded"


def main() -> int:
    """Measure, print the table, and return 1 where a limit is exceeded."""
    parser = argparse.ArgumentParser(prog="make bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", default="local", help="the stack file that is measured")
    parser.add_argument("--only", help="components that are on, separated by commas; all that the file says")
    parser.add_argument("--teams", help="numbers of teams to preview with, separated by commas: 10,100")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()

    content = yaml.safe_load((ROOT / "stacks" / f"Pulumi.{arguments.stack}.yaml").read_text(encoding="utf-8"))
    if arguments.only:
        on = str(arguments.only).split(",")
        chosen = {name: {"enabled": name in on} for name in ComponentsSettings().enabled()}
        content["config"]["slipway:components"] = chosen
    if arguments.teams:
        counts = [int(count) for count in str(arguments.teams).split(",")]
        results = measured_teams(content, arguments.stack, counts)
    else:
        with project({arguments.stack: content}) as copy:
            results = measured(copy.stack(arguments.stack))
    _show(results)
    if arguments.json:
        rows = [
            {"what": row.what, "value": row.value, "unit": row.unit, "limit": row.limit} for row in results
        ]
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")
    return int(any(row.verdict == "exceeded" for row in results))


def measured(stack: StackCopy) -> list[Result]:
    """Bring a stack up and down, and hold it against kubectl.

    A live one is held against a limit: kubectl does not wait until programs run, and their webhooks would
    refuse what it applies before.
    """
    up = _make(stack, "up")
    size = stack.state.stat().st_size / 1e6
    preview, again = _make(stack, "preview"), _make(stack, "up")
    resources = _exported(stack)
    objects = [one["inputs"] for one in resources if _is_object(one)]
    pools = next(one["inputs"]["pools"] for one in resources if one["type"].endswith("SimulatedNodePools"))
    is_live = any(one["type"].endswith("SimulatedPrograms") for one in resources)
    destroy = _make(stack, "down")
    peak = max(figure.memory for figure in (up, preview, again, destroy))
    return [
        Result("Kubernetes objects", len(objects), ""),
        *(_live(up) if is_live else _against_kubectl(up, objects, pools)),
        Result("preview without changes", preview.seconds, "s", 6 if len(objects) < 200 else 10),
        Result("up without changes", again.seconds, "s"),
        Result("down, nothing left", destroy.seconds, "s", 20),
        Result("peak memory of a run", peak, "MiB"),
        Result("state", size, "MB", 0.6 if len(objects) < 200 else 2 if is_live else 1.5),
        Result("state, for each object", size * 1000 / len(objects), "kB"),
    ]


def _live(up: Figure) -> list[Result]:
    return [Result("up, cluster included, all available, webhooks answering", up.seconds, "s", 90)]


def _against_kubectl(up: Figure, objects: list[Any], pools: list[Any]) -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as directory:
        applied = apply.seconds(objects, pools, Path(directory))
    return [
        Result("kubectl server-side apply of the same objects", applied, "s"),
        Result("up, cluster included, all available", up.seconds, "s", 1.5 * applied + 10),
        Result("up, as a multiple of that apply", up.seconds / applied, "x"),
    ]


def measured_teams(content: dict[str, Any], stack: str, counts: list[int]) -> list[Result]:
    """Preview a stack with few teams and with many; the first and the last number are compared."""
    found = teams.previews(content, stack, counts)
    rows = [Result(f"preview, {one.teams} teams, {one.objects} objects", one.seconds, "s") for one in found]
    each = teams.for_each_object(found[0], found[-1])
    return [*rows, Result("each further object in a preview", each, "ms", 12)]


def _make(stack: StackCopy, command: str) -> Figure:
    print(f"{command} ...", file=sys.stderr, flush=True)
    return run(
        [sys.executable, "-m", "simulator", command, "--stack", stack.name],
        directory=stack.project.root,
        environment=stack.project.environment(),
    )


def _exported(stack: StackCopy) -> list[dict[str, Any]]:
    """The resources in the state, with what is secret in plain text: kubectl has to apply it."""
    done = stack.shell(f"pulumi stack export --show-secrets --stack {stack.name}")
    return json.loads(done.stdout)["deployment"]["resources"]


def _is_object(resource: dict[str, Any]) -> bool:
    return resource["type"].startswith("kubernetes:") and "kind" in resource.get("inputs", {})


def _show(results: list[Result]) -> None:
    table = Table("what", "value", "at most", "", title="Slipway on this machine")
    for row in results:
        limit = "" if row.limit is None else f"{row.limit:.1f} {row.unit}"
        number = f"{row.value:.0f}" if row.unit in ("", "MiB") else f"{row.value:.2f}"
        table.add_row(row.what, f"{number} {row.unit}".strip(), limit, row.verdict)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
