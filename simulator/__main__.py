"""`python -m simulator`: brings stacks up, shows and removes them."""

import sys

from simulator.driver.cli import main

sys.exit(main())
