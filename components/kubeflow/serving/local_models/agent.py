"""The agent of the local model cache: on each node that holds models, it fetches and deletes them.

Source: kserve/kserve v0.18.0, cmd/localmodelnode and pkg/controller/v1alpha1/localmodelnode.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pulumi
from pulumi_kubernetes.apps.v1 import DaemonSet
from pulumi_kubernetes.core.v1 import (
    Namespace,
    NodeAffinityArgsDict,
    NodeSelectorTermArgsDict,
    PodSpecArgsDict,
    TolerationArgsDict,
)

from ....contracts import NodePool
from ....kube.network import deny_by_default
from ....kube.objects import access
from ....kube.program import Mount, Program, container, pod_field, tcp_probe
from ....kube.pulling import make_pull_secret
from ....kube.scope import Scope
from ....kube.workload import CONFIG_HASH
from ....versions import KServe as Images
from ..configuration import JOBS_NAMESPACE
from ..manager import APP, HEALTH
from ..settings.local_models import LocalModelsSettings

AGENT = "kserve-localmodelnode-agent"

# platform_default.go: MountPath.
_MODELS = "/mnt/models"


def agent_program(settings: LocalModelsSettings) -> Program:
    """The agent's container."""
    # It has no path for probes; the port of its health checks answers once it runs.
    return Program(
        name="manager",
        image=Images.LOCAL_MODEL_AGENT,
        settings=settings.agent,
        command=["/manager"],
        ports={"health": HEALTH},
        live=tcp_probe("health", delay=15),
        ready=tcp_probe("health"),
        mounts=[Mount(path=_MODELS, volume="models", read_only=False)],
        user=settings.group,
        group=settings.group,
        read_only_root=True,
    )


def on_each_node(
    scope: Scope,
    settings: LocalModelsSettings,
    agent: Program,
    pools: Sequence[NodePool],
    *,
    config_hash: str,
) -> None:
    """Declare it in the namespace of its jobs: Kubeflow's own lets no pod see a folder of its node."""
    there = _jobs_namespace(scope)
    deny_by_default(there, sidecars=False)
    bindings = access(there, Path(__file__).with_name("rbac_agent.yaml"))
    selector = {"app": APP, "control-plane": AGENT}
    labels = {**scope.labels(APP), **selector, "sidecar.istio.io/inject": "false"}
    environment = {
        # Where it finds the configuration, which is not where it runs.
        "POD_NAMESPACE": scope.namespace_name,
        "NODE_NAME": pod_field("spec.nodeName"),
    }
    spec: PodSpecArgsDict = {
        "service_account_name": AGENT,
        "security_context": {"run_as_non_root": True, "seccomp_profile": {"type": "RuntimeDefault"}},
        "containers": [container(replace(agent, environment=environment))],
        "volumes": [{"name": "models", "host_path": {"path": settings.path, "type": "DirectoryOrCreate"}}],
        "affinity": {"node_affinity": _on(pools)},
    }
    if tolerations := _tolerations(pools):
        spec["tolerations"] = tolerations
    DaemonSet(
        AGENT,
        metadata=there.metadata(AGENT, app=APP),
        spec={
            "selector": {"match_labels": selector},
            "template": {
                "metadata": {"labels": labels, "annotations": {CONFIG_HASH: config_hash}},
                "spec": spec,
            },
        },
        opts=scope.options(list(bindings)),
    )


def _jobs_namespace(scope: Scope) -> Scope:
    """The namespace of the jobs that fetch models, with the agent: nobody else makes pods there."""
    labels = {
        **scope.labels(APP),
        "control-plane": "kubeflow",
        "pod-security.kubernetes.io/enforce": "privileged",
    }
    namespace = Namespace(
        JOBS_NAMESPACE, metadata={"name": JOBS_NAMESPACE, "labels": labels}, opts=scope.options()
    )
    name: pulumi.Output[str] = namespace.metadata.name
    make_pull_secret(JOBS_NAMESPACE, name, scope.options())
    namespaces = replace(scope.namespaces, system=name, system_name=JOBS_NAMESPACE)
    return replace(scope, namespaces=namespaces, system=True)


def _on(pools: Sequence[NodePool]) -> NodeAffinityArgsDict:
    terms: list[NodeSelectorTermArgsDict] = [
        {
            "match_expressions": [
                {"key": key, "operator": "In", "values": [value]} for key, value in pool.labels.items()
            ]
        }
        for pool in pools
    ]
    return {"required_during_scheduling_ignored_during_execution": {"node_selector_terms": terms}}


def _tolerations(pools: Sequence[NodePool]) -> list[TolerationArgsDict]:
    return [
        {"key": taint.key, "operator": "Equal", "value": taint.value, "effect": taint.effect}
        for pool in pools
        for taint in pool.taints
    ]
