"""What kwokctl is told otherwise for a cluster with a live node."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

from simulator.cluster.layout import Layout
from simulator.cluster.nodes import POOL_LABEL
from simulator.node.layout import ADDRESS, API_SERVICE, NodeLayout

_AUDIT_POLICY = Path(__file__).with_name("audit.yaml")
_AUDIT_MEGABYTES = 1000

# What stands in the stages, and what takes its place.
_PLACE = "csi: {driver: simulated.slipway.dev, volumeHandle: pvc-{{ .metadata.uid }}}"
# The scheduler wants to know where such a volume is: every node says that it runs Linux.
_FOLDER = """\
local: {path: FOLDER/pvc-{{ .metadata.uid }}}
nodeAffinity:
  required:
    nodeSelectorTerms:
    - matchExpressions: [{key: kubernetes.io/os, operator: In, values: [linux]}]"""

_NO_STATUS = "{{ else }}\n{}"
# The scheduler takes a claim for bound that the controller manager has bound and not yet called so; a kubelet
# does not, and tries again only 10 s later. So the claim is called bound with its volume's making.
_STATUS = """\
{{ else }}
phase: Bound
accessModes: {{ YAML .spec.accessModes 1 }}
capacity: {storage: {{ .spec.resources.requests.storage | Quote }}}"""


def stages(text: str, cluster: Path) -> str:
    """Return the KWOK stages (YAML) whose volumes a kubelet can mount: folders in the cluster's directory.

    Raises ValueError where the stages make no volumes.
    """
    folder = _FOLDER.replace("FOLDER", str(NodeLayout(cluster).volumes))
    return _replaced(_replaced(text, _PLACE, folder), _NO_STATUS, _STATUS)


def _replaced(text: str, old: str, new: str) -> str:
    """Return `text` with the lines `new` in place of the lines `old`, indented as those are."""
    pattern = r"^( *)" + re.escape(old).replace("\\\n", r"\n\1") + "$"
    found = re.search(pattern, text, re.MULTILINE)
    if found is None:
        message = f"the stages of simulated objects make no volumes as they did: there is no {old!r}"
        raise ValueError(message)
    return text[: found.start()] + textwrap.indent(new, found[1]) + text[found.end() :]


def kwokctl(configuration: dict[str, Any], layout: Layout) -> dict[str, Any]:
    """Return kwokctl's configuration for a cluster in a network namespace of its own.

    Pods and the API server reach each other there, the API server reaches webhooks at their pods' addresses
    and the kubelet as administrator, and KWOK leaves the live node alone.
    """
    node = NodeLayout(layout.directory)
    node.audit.parent.mkdir(parents=True, exist_ok=True)
    flags = {
        "advertise-address": ADDRESS,
        "enable-aggregator-routing": "true",
        "kubelet-client-certificate": str(layout.pki / "admin.crt"),
        "kubelet-client-key": str(layout.pki / "admin.key"),
        "kubelet-preferred-address-types": "InternalIP",
        "audit-policy-file": str(_AUDIT_POLICY),
        "audit-log-path": str(node.audit),
        "audit-log-maxsize": str(_AUDIT_MEGABYTES),
    }
    managed = [
        {"key": "manage-all-nodes", "value": "false", "override": True},
        {"key": "manage-nodes-with-label-selector", "value": POOL_LABEL},
    ]
    added = {
        "kube-apiserver": [{"key": key, "value": value} for key, value in flags.items()],
        "kwok-controller": managed,
    }
    patches = [
        {**patch, "extraArgs": _merged(patch["extraArgs"], added.get(patch["name"], []))}
        for patch in configuration["componentsPatches"]
    ]
    options = {
        **configuration["options"],
        "bindAddress": "0.0.0.0",
        "kubeApiserverCertSANs": [ADDRESS, API_SERVICE],
    }
    return {**configuration, "options": options, "componentsPatches": patches}


def _merged(before: list[dict[str, Any]], added: list[dict[str, Any]]) -> list[dict[str, Any]]:
    keys = {each["key"] for each in added}
    return [*(each for each in before if each["key"] not in keys), *added]
