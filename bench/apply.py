"""What kubectl takes for the very same objects, applied server-side to an empty cluster."""

import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.measure import run
from simulator import cluster, tools

Object = Mapping[str, Any]

# What other objects are made of or live in has to be there before them.
_FIRST = ("CustomResourceDefinition", "Namespace", "PriorityClass", "StorageClass")
_WAIT = "--timeout=300s"


def seconds(objects: Sequence[Object], pools: Sequence[Object], directory: Path) -> float:
    """Apply the objects to a new simulated cluster, whose making is not counted, till all is available."""
    kubectl = str(tools.ensure(names=["kubectl"]).path("kubectl"))
    cluster.create(directory / "cluster", pools)
    try:
        kubeconfig = str(directory / "cluster" / "kubeconfig.yaml")
        environment = {"KUBECONFIG": kubeconfig, "HOME": str(directory), "PATH": os.defpath}
        first = [one for one in objects if one["kind"] in _FIRST]
        rest = [one for one in objects if one["kind"] not in _FIRST]
        begun = time.monotonic()
        for step in (
            _apply(kubectl, _written(directory / "first.json", first)),
            [kubectl, "wait", "crd", "--all", "--for=condition=Established", _WAIT],
            _apply(kubectl, _written(directory / "rest.json", rest)),
            [kubectl, "wait", "deployment", "--all", "-A", "--for=condition=Available", _WAIT],
        ):
            run(step, directory=directory, environment=environment)
        return time.monotonic() - begun
    finally:
        cluster.delete(directory / "cluster")


def _apply(kubectl: str, file: Path) -> list[str]:
    return [kubectl, "apply", "--server-side", f"--filename={file}"]


def _written(file: Path, objects: Sequence[Object]) -> Path:
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}))
    return file
