"""Puts in order what a run that was killed left behind, before the next one begins."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from simulator import cluster
from simulator.driver import checkpoint as state
from simulator.driver import processes
from simulator.driver.checkpoint import Checkpoint, Deployment, Pending
from simulator.driver.engine import Engine
from simulator.driver.errors import DriverError
from simulator.driver.home import Home
from simulator.driver.locks import Lock, locks

Say = Callable[[str], None]

_TOUCHED = "slipway.dev/touched"
_CLUSTER_TYPE = "pulumi-python:dynamic/slipway:SimulatedCluster"


def refuse_company(home: Home) -> None:
    """Raise DriverError where another run works on the stack."""
    stack = home.stack.name
    if held := [lock for lock in locks(home) if not lock.is_dead]:
        raise DriverError(_in_use(stack, held))
    if running := processes.engines(processes.marked(home.mark)):
        names = ", ".join(processes.describe(engine) for engine in running)
        raise DriverError(
            f"stack '{stack}' is in use: {names} works on it. Wait for it to end, then run again"
        )


def clear(home: Home, say: Say) -> None:
    """Remove what killed runs left outside the state: locks of dead processes, and orphans.

    There must be no live run of the stack: see `refuse_company`.
    """
    for lock in locks(home):
        if lock.is_dead:
            say(f"removed the lock of a run that was killed: {lock}")
            lock.file.unlink(missing_ok=True)
    if orphans := processes.orphans(home.root, home.mark):
        names = ", ".join(processes.describe(orphan) for orphan in orphans)
        processes.end(orphans)
        say(f"ended what a killed run left running: {names}")


def mend(checkpoint: Checkpoint, say: Say) -> Deployment:
    """Return the stack's state, restored from a copy where it cannot be read."""
    if copy := checkpoint.mend():
        say(f"the state could not be read and was restored from {copy.name}")
    return checkpoint.read()


def revive(home: Home, deployment: Deployment, kubectl: Path, say: Say) -> bool:
    """Start the stack's simulated cluster where it has died, its data kept.

    Returns False where the state has a cluster and there is none any more.
    """
    if not has_cluster(deployment):
        return True
    status = cluster.status(home.cluster)
    if not status.identifier:
        return False
    if not status.serves:
        # Whole: what has survived its API server looks for it again at intervals that grow to half a minute.
        cluster.restart(home.cluster)
        _establish([str(kubectl), f"--kubeconfig={home.kubeconfig}"])
        say("started the simulated cluster again: its processes had ended, its data is kept")
    return True


def begin_anew(home: Home, deployment: Deployment, say: Say) -> None:
    """Remove the cluster that a killed first run left: its state was to be saved at its end."""
    if not has_cluster(deployment) and cluster.leftovers(home.cluster).count:
        cluster.delete(home.cluster)
        say("the first run of this stack was killed: it begins again from nothing")


def _establish(kubectl: Sequence[str]) -> None:
    """Have the API server take up API types that it had not established when it was killed.

    It queues one for that when the type changes, and not when it starts (k8s.io/apiextensions-apiserver
    v0.36, pkg/apiserver/customresource_handler.go): the type would be stuck until the resync minutes later.
    """
    asked = subprocess.run([*kubectl, "get", "crds", "--output=json"], capture_output=True, check=False)
    if asked.returncode:
        reason = asked.stderr.decode().strip()
        raise DriverError(f"the cluster was started again, and does not tell its API types: {reason}")
    crds: list[dict[str, Any]] = json.loads(asked.stdout)["items"]
    stuck = [f"crd/{crd['metadata']['name']}" for crd in crds if not _is_established(crd)]
    if stuck:
        for change in (f"{_TOUCHED}=", f"{_TOUCHED}-"):
            subprocess.run([*kubectl, "annotate", *stuck, change], capture_output=True, check=False)


def _is_established(crd: Mapping[str, Any]) -> bool:
    conditions = cast("Sequence[Mapping[str, str]]", crd.get("status", {}).get("conditions") or [])
    return any(item["type"] == "Established" and item["status"] == "True" for item in conditions)


def has_cluster(deployment: Deployment) -> bool:
    """Whether the stack has a simulated cluster of its own."""
    return any(resource["type"] == _CLUSTER_TYPE for resource in state.resources(deployment))


def settle(engine: Engine, deployment: Deployment, say: Say) -> None:
    """Settle the operations that were under way when the engine was killed.

    Creations are forgotten and so made again: the Kubernetes plugin adopts an object that exists, for our
    providers say so (upsert_existing_objects), and our own resources are made for being made again. What was
    being changed or deleted is looked at, for it may have happened or not, and the state would go on with the
    one that it remembers. Resources of other plugins, such as a cloud's, are left to the user: a second one
    of them might be made.
    """
    pending = state.pending(deployment)
    if not pending:
        return
    ours = [operation for operation in pending if _is_ours(engine, operation)]
    created = [operation for operation in ours if operation.kind == state.CREATING]
    touched = [operation for operation in ours if operation.kind != state.CREATING]
    if created:
        _forget(engine, created)
        say(f"creates again what was being created when the engine was killed: {_names(created)}")
    known = {resource["urn"] for resource in state.resources(deployment)}
    if targets := [operation for operation in touched if operation.urn in known]:
        say(f"looks at what was being changed when the engine was killed: {_names(targets)}")
        _refresh(engine, targets)
    if left := [operation for operation in pending if operation not in ours]:
        say(
            f"left alone, for they cannot be made twice: {_names(left)}. Find out whether they exist, then "
            f"run `pulumi refresh --stack {engine.stack.name}`, which asks about each"
        )


def settle_for_destroy(engine: Engine, deployment: Deployment) -> None:
    """Forget what was being created: a stack that is removed has no use for a question about it."""
    created = [operation for operation in state.pending(deployment) if operation.kind == state.CREATING]
    if created:
        _forget(engine, created)


def _is_ours(engine: Engine, operation: Pending) -> bool:
    package = operation.type.partition(":")[0]
    return engine.stack.is_local or package in ("kubernetes", "pulumi-python", "pulumi")


def _forget(engine: Engine, operations: Sequence[Pending]) -> None:
    exported: dict[str, Any] = engine.ask_json("stack export")
    forgotten = {operation.urn for operation in operations}
    deployment: Deployment = exported["deployment"]
    deployment["pending_operations"] = [
        operation
        for operation in state.operations(deployment)
        if operation["type"] != state.CREATING or operation["resource"]["urn"] not in forgotten
    ]
    engine.ask("stack import", given=json.dumps(exported))


def _refresh(engine: Engine, operations: Sequence[Pending]) -> None:
    targets = [argument for operation in operations for argument in ("--target", operation.urn)]
    engine.ask("refresh", "--yes", "--skip-preview", "--suppress-outputs", *targets)


def _names(operations: Sequence[Pending], most: int = 3) -> str:
    names = [operation.urn.rpartition("::")[2] for operation in operations]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _in_use(stack: str, held: Sequence[Lock]) -> str:
    who = "; ".join(str(lock) for lock in held)
    message = f"stack '{stack}' is in use: locked by {who}. Wait for it to end, then run again"
    if any(lock.is_foreign for lock in held):
        message += f". If that machine is gone, remove the lock with `pulumi cancel --stack {stack}`"
    return message
