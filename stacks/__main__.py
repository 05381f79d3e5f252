"""The program that `pulumi up` runs."""

import pulumi

from components.platform import deploy
from stacks.settings import load
from stacks.traces import shorten

shorten()
for name, value in deploy(load(), stack=pulumi.get_stack()).items():
    pulumi.export(name, value)
