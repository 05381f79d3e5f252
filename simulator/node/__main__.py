"""`python -m simulator.node <directory>`: the node of the cluster in that directory, in this process."""

import sys
from pathlib import Path

from simulator.node.supervisor import run

if __name__ == "__main__":
    run(Path(sys.argv[1]))
