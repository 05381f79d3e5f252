"""`python -m ci.comment`: previews as Markdown, printed, or as the one comment of a pull request.

python -m ci.comment --previews previews             # to the summary of a run
python -m ci.comment --previews previews --pull 12   # written anew with each push, never a second one
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ci.github import GitHub, GitHubError
from ci.preview import Preview, Step

MARK = "<!-- slipway: previews of changed stacks -->"
# GitHub takes 65,536 characters.
_MOST_CHARACTERS = 60_000
_MOST_STEPS = 100
_MOST_PATHS = 5
# What people look for first.
_ORDER = ("delete", "replace", "create", "import", "update")


def markdown(previews: Iterable[Preview]) -> str:
    """A comment about these stacks: what would be removed first, what would change in which fields."""
    shown = sorted(previews, key=lambda preview: preview.stack)
    parts = [MARK, "## Preview", *map(_part, shown)]
    if not shown:
        parts.append("No stack is touched.")
    text = "\n\n".join(parts)
    if len(text) <= _MOST_CHARACTERS:
        return f"{text}\n"
    summaries = "\n".join(f"- {_heading(preview)}" for preview in shown)
    return f"{MARK}\n\n## Preview\n\n{summaries}\n\nToo much to list here.\n"


def _part(preview: Preview) -> str:
    if preview.failed or not preview.steps:
        return f"**{_heading(preview)}**"
    rows = "\n".join(_rows(preview.steps))
    table = f"| | type | name | fields |\n|---|---|---|---|\n{rows}"
    return f"<details><summary><b>{_heading(preview)}</b></summary>\n\n{table}\n\n</details>"


def _heading(preview: Preview) -> str:
    if preview.failed:
        return f"{preview.stack}: the preview failed; the job's log says why"
    counted = Counter(step.op for step in preview.steps)
    told = [f"{counted[op]} to {op}" for op in sorted(counted, key=_rank)]
    return f"{preview.stack}: {', '.join(told) or 'no changes'} ({preview.same} unchanged)"


def _rows(steps: Sequence[Step]) -> Iterator[str]:
    ordered = sorted(steps, key=lambda step: (_rank(step.op), step.type, step.name))
    for step in ordered[:_MOST_STEPS]:
        paths = [f"`{_plain(path)}`" for path in step.paths[:_MOST_PATHS]]
        if more := len(step.paths) - len(paths):
            paths.append(f"and {more} more")
        yield f"| {step.op} | `{_plain(step.type)}` | `{_plain(step.name)}` | {', '.join(paths)} |"
    if more := len(steps) - _MOST_STEPS:
        yield f"| | | and {more} more | |"


def _rank(op: str) -> tuple[int, str]:
    return (_ORDER.index(op) if op in _ORDER else len(_ORDER), op)


def _plain(text: str) -> str:
    """A text that ends neither a cell nor the code in it."""
    return text.replace("|", "\\|").replace("`", "'").replace("\n", " ")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print or put the comment; return an exit status."""
    parser = argparse.ArgumentParser(prog="python -m ci.comment", description="Previews as one comment.")
    parser.add_argument("--previews", required=True, type=Path, help="folder of what `ci.preview` wrote")
    parser.add_argument(
        "--pull", type=int, help="number of the pull request; printed only where none is said"
    )
    given = parser.parse_args(arguments)
    text = markdown(Preview.read(file) for file in sorted(given.previews.glob("*.json")))
    if given.pull is None:
        print(text)
        return 0
    try:
        GitHub.of().put_comment(int(given.pull), MARK, text)
    except GitHubError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
