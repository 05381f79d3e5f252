"""What every command needs: the stack, its home, the tools, the engine with its plugin."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec

from simulator import node, programs, tools
from simulator.driver import environment, plugin, recovery
from simulator.driver.checkpoint import Checkpoint, Deployment
from simulator.driver.engine import Engine
from simulator.driver.errors import DriverError
from simulator.driver.home import Home
from simulator.driver.plugin import Plugin
from simulator.driver.project import Project, Stack
from simulator.driver.record import Run, alone, recorded
from simulator.tools import Tools
from simulator.tools.live import PROGRAMS

_SDKS = {"aws": "pulumi_aws", "gcp": "pulumi_gcp", "azure": "pulumi_azure_native"}
_ENGINE_TOOLS = ("pulumi", "pulumi-language-python", "kubectl")


def say(message: str) -> None:
    """Tell what the driver does, beside what the engine prints."""
    print(message, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Session:
    """One command on one stack."""

    stack: Stack
    home: Home

    @classmethod
    def of(cls, name: str) -> Session:
        """Look at the stack of that name in the current directory's project."""
        stack = Project.find().stack(name)
        return cls(stack, Home.of(stack))

    @cached_property
    def tools(self) -> Tools:
        """The tools of the local engine; those of the simulated cluster where the stack may have one."""
        return tools.ensure(names=None if self.stack.is_local else _ENGINE_TOOLS)

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The state of a local stack."""
        return Checkpoint(self.home)

    @cached_property
    def engine(self) -> Engine:
        """The engine, for what needs no plugin."""
        surroundings = environment.engine(self.stack, self.home, self.tools.directory)
        return Engine(self.stack, self.tools.path("pulumi"), surroundings)

    def obtain_programs(self) -> None:
        """Obtain what runs on the stack's cluster, where it is to be live and this machine can run it."""
        if self.stack.is_live and node.obstacle() is None:
            tools.ensure(names=PROGRAMS)
            programs.obtain(self.stack.live_programs)

    def open(self) -> None:
        """Make ready what the engine needs, and refuse what is missing with one error."""
        provider = self.stack.provider
        if provider in _SDKS and find_spec(_SDKS[provider]) is None:
            raise DriverError(
                f"stack '{self.stack.name}' has a cluster of {provider}, whose SDK is not installed: "
                "run `make clouds`"
            )
        if self.stack.is_local:
            if any(character.isspace() for character in str(self.home.root)):
                raise DriverError(
                    f"the path {self.home.root} has a space in it, at which KWOK's kwokctl cuts it: "
                    "set SLIPWAY_HOME to a folder without, or move the project"
                )
            self.home.create()
        else:
            environment.require_backend(self.stack)

    def deployment(self) -> Deployment:
        """The stack's state, mended where it is a local one's; empty where the stack does not exist."""
        if self.stack.is_local:
            return recovery.mend(self.checkpoint, say)
        try:
            return self.engine.ask_json("stack export")["deployment"]
        except DriverError as error:
            name = self.stack.name
            raise DriverError(
                f"{error}\nA stack that is not local is made by you, with the protection of its secrets "
                f"that you choose: `pulumi stack init {name} --secrets-provider ...`"
            ) from None

    def glance(self) -> Deployment:
        """The stack's state as it is, beside a run that may be writing it; empty where it cannot be read."""
        try:
            return self.checkpoint.read() if self.stack.is_local else self.deployment()
        except DriverError:
            return {}

    def plugin(self, deployment: Deployment) -> Plugin:
        """Which Kubernetes plugin the engine gets."""
        return plugin.choose(self.stack.name, deployment, self.tools.path("pulumi"), self.engine.environment)

    def equipped(self, deployment: Deployment) -> Engine:
        """The engine with its Kubernetes plugin on PATH."""
        chosen = self.plugin(deployment)
        surroundings = environment.with_plugin(self.engine.environment, self.tools.directory, chosen)
        return replace(self.engine, environment=surroundings)

    @contextmanager
    def run(self, command: str) -> Generator[Run]:
        """Have the stack alone for a run, after what killed ones left is cleared."""
        self.open()
        if not self.stack.is_local:
            recovery.clear(self.home, say)
            yield Run(command, time.time())
            return
        with alone(self.home):
            recovery.refuse_company(self.home)
            recovery.clear(self.home, say)
            with recorded(self.home, command) as run:
                yield run

    def is_busy(self) -> bool:
        """Whether another run works on the stack."""
        try:
            with alone(self.home):
                recovery.refuse_company(self.home)
        except DriverError:
            return True
        return False

    def make(self, goal: str) -> str:
        """The make command for this stack, as the user would type it."""
        return f"make {goal}" if self.stack.name == "local" else f"make {goal} STACK={self.stack.name}"
