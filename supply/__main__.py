"""`python -m supply`: what a stack needs from outside, told and gathered."""

import sys

from .cli import main

sys.exit(main())
