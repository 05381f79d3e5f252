"""The cluster of a platform under test: kubectl, and waiting that ends with the reason."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Object = Mapping[str, Any]

_EVENTS = 5


class NotReadyError(AssertionError):
    """Something that did not become what was waited for; the message holds what the cluster says about it."""


@dataclass(frozen=True)
class Cluster:
    """A cluster, by the program `kubectl` and the file of its kubeconfig."""

    program: Path
    kubeconfig: Path

    def kubectl(self, *arguments: str, given: str | None = None) -> str:
        """What kubectl prints, `given` on its standard input; a failure is an AssertionError."""
        done = subprocess.run(
            [str(self.program), f"--kubeconfig={self.kubeconfig}", *arguments],
            input=given or "",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"kubectl {arguments[0]}: {done.stderr.strip()}"
        return done.stdout

    def create(self, obj: Object) -> None:
        """Create an object, strictly: a misspelt field is refused."""
        self.kubectl("create", "--validate=strict", "--filename=-", given=json.dumps(obj))

    def get(self, kind: str, name: str, namespace: str) -> Object | None:
        """An object as it is now; None where there is none yet."""
        line = ("get", kind, name, f"--namespace={namespace}", "--ignore-not-found", "--output=json")
        shown = self.kubectl(*line)
        return json.loads(shown) if shown.strip() else None

    def list(self, kind: str, namespace: str) -> list[Object]:
        """The objects of a kind in a namespace."""
        return json.loads(self.kubectl("get", kind, f"--namespace={namespace}", "--output=json"))["items"]

    def wait(
        self,
        kind: str,
        name: str,
        namespace: str,
        until: Callable[[Object], bool],
        *,
        seconds: float,
        pause: float = 5,
    ) -> Object:
        """Wait until an object is as `until` wants it, and return it.

        Raises NotReadyError after `seconds`, or as soon as it has a condition `Failed`, with its
        conditions and what stands in the way of its pods.
        """
        ends = time.monotonic() + seconds
        while True:
            found = self.get(kind, name, namespace)
            if found and until(found):
                return found
            failed = found is not None and has_condition("Failed")(found)
            if failed or time.monotonic() >= ends:
                how = "has failed" if failed else f"is not ready after {seconds:.0f} s"
                reasons = "\n".join(f"  {line}" for line in self._reasons(found, name, namespace))
                raise NotReadyError(f"{kind} {namespace}/{name} {how}:\n{reasons or '  no reason is told'}")
            time.sleep(pause)

    def _reasons(self, found: Object | None, name: str, namespace: str) -> Iterator[str]:
        if found is None:
            yield "there is no such object"
            return
        for one in found.get("status", {}).get("conditions", []):
            yield f"condition {one['type']} is {one['status']}: {_said(one)}"
        for pod in self.list("pods", namespace):
            if pod["metadata"]["name"].startswith(name):
                yield from (f"pod {pod['metadata']['name']}: {reason}" for reason in pod_reasons(pod))
        events = [one for one in self.list("events", namespace) if one.get("type") == "Warning"]
        about = [one for one in events if str(one["involvedObject"]["name"]).startswith(name)]
        yield from (f"event: {_said(one)}" for one in about[-_EVENTS:])


def has_condition(kind: str) -> Callable[[Object], bool]:
    """Whether an object's condition of that type is True."""

    def holds(obj: Object) -> bool:
        conditions = obj.get("status", {}).get("conditions", [])
        return any(one["type"] == kind and one["status"] == "True" for one in conditions)

    return holds


def pod_reasons(pod: Object) -> Iterator[str]:
    """What keeps a pod from being ready: that it finds no node, or what its containers wait for."""
    status = pod.get("status", {})
    for one in status.get("conditions", []):
        if one["type"] == "PodScheduled" and one["status"] != "True":
            yield _said(one)
    for one in [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]:
        state = one.get("state", {})
        ended = state.get("terminated", {})
        if "waiting" in state:
            yield f"container {one['name']}: {_said(state['waiting'])}"
        elif ended.get("exitCode"):
            yield f"container {one['name']} ended with exit code {ended['exitCode']}: {_said(ended)}"


def _said(one: Object) -> str:
    return ": ".join(str(one[key]) for key in ("reason", "message") if one.get(key)) or "no reason is told"
