"""The program that `pulumi up` runs."""

# ruff: noqa: E402
import gc

# What a run imports and makes is in use to its end: looking for garbage as often as Python does would take a
# third of the time.
gc.set_threshold(200_000)

import os
import signal
import sys

import pulumi

from components.platform import deploy
from components.settings_base import SettingsError
from overlays.stack import applied
from stacks.early import send
from stacks.settings import headed, load
from stacks.traces import leave_out

# By this exit code a language host knows that the user has been told, and adds no message of its own
# (pulumi-language-python, pythonProcessExitedAfterShowingUserActionableMessage).
TOLD = 32

# When a resource fails, the engine interrupts the program: what failed is told, where the program was is not.
signal.signal(signal.SIGINT, signal.SIG_DFL)
leave_out()
try:
    given = load()
    with applied(given.overlaid, given.settings.teams):
        outputs = deploy(
            given.settings,
            stack=pulumi.get_stack(),
            secrets=given.secrets,
            kubeconfig=given.kubeconfig,
            declared=send,
        )
    for name, value in outputs.items():
        pulumi.export(name, value)
except SettingsError as error:
    pulumi.log.error(headed(str(error)))
    sys.stdout.flush()
    sys.stderr.flush()
    # At once: an orderly end would first send all that was declared before it was refused (pulumi 3.272,
    # `run_pulumi_func` in runtime/stack.py).
    os._exit(TOLD)
