"""The live platform that all tests of this folder share, and what they do with it."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.support.cluster import Object, TestCluster, listed
from tests.support.project import StackCopy

STACK = "live"
ENOUGH_SECONDS = 120.0

_Found = TypeVar("_Found")


@dataclass(frozen=True)
class LivePlatform(TestCluster):
    """A stack with a live cluster that is up. `outputs` are the stack's, secrets too."""

    stack: StackCopy
    outputs: Mapping[str, Any] = field(repr=False)

    @property
    def teams(self) -> list[str]:
        """The namespaces of its teams, first those whose pods need not say how they are confined."""
        restricted = self.names("namespaces", "-l", "pod-security.kubernetes.io/enforce=restricted")
        found = [team["namespace"] for team in self.outputs["teams"].values()]
        return sorted(found, key=lambda name: name in restricted)

    def until(self, what: str, found: Callable[[], _Found | None], seconds: float = ENOUGH_SECONDS) -> _Found:
        """Ask until there is an answer that is not None or False; `what` says for what, where none comes."""
        deadline = time.monotonic() + seconds
        while True:
            answer = found()
            if answer:
                return answer
            assert time.monotonic() < deadline, f"after {seconds:.0f} s: not {what}"
            # Each asks by kubectl, and what they wait for needs the processors more.
            time.sleep(1)

    def condition(self, kind: str, name: str, namespace: str, condition: str) -> str:
        """The status of one of an object's conditions: True, False, Unknown; empty where it has none."""
        conditions = self.get(kind, name, namespace).get("status", {}).get("conditions", ())
        return next((one["status"] for one in conditions if one["type"] == condition), "")

    def list(self, kind: str, namespace: str, selector: str = "") -> list[dict[str, Any]]:
        """The objects of a kind in a namespace."""
        chosen = ["-l", selector] if selector else []
        return json.loads(self.kubectl("get", kind, "-n", namespace, "-o", "json", *chosen).stdout)["items"]

    def logs(self, pod: str, namespace: str, *arguments: str) -> str:
        """What a pod has printed."""
        return self.kubectl("logs", pod, "-n", namespace, *arguments).stdout

    def refused(self, *objects: Object) -> str:
        """Apply what has to be refused; return the error."""
        done = self.kubectl("apply", "--server-side", "-f-", input=listed(objects), check=False)
        assert done.returncode, f"was accepted: {done.stdout}"
        return done.stderr
