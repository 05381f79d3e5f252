"""The first process of the node learns of every end, whatever it starts meanwhile."""

import subprocess
import sys
from pathlib import Path

CHILD = """
import sys, time
from pathlib import Path
from simulator.node.programs import Program
from simulator.node.supervisor import Kept, ended_children

log = Path(sys.argv[1])
first, second = (Kept(Program(name, ("sh", "-c", "exit 3")), log) for name in ("first", "second"))
first.start()
time.sleep(0.5)
second.start()
time.sleep(0.5)
ended = dict(ended_children())
for kept in (first, second):
    kept.ended(ended[kept.pid])
    assert kept.pid is None
time.sleep(0.2)
first.start()
assert first.pid is not None
"""


def test_an_end_is_learnt_of_though_another_program_was_started_since(tmp_path: Path) -> None:
    log = tmp_path / "log"
    # In a process of its own, for it waits for whatever child ends.
    subprocess.run([sys.executable, "-c", CHILD, str(log)], check=True)
    assert log.read_text().splitlines() == [
        f"{name} ended with 3; it is started again in 0.1 s" for name in ("first", "second")
    ]
