"""What the API server asks KServe about objects before it keeps them.

Names, paths and rules: kserve/kserve v0.18.0, config/webhook. The second hook of DEFAULTS makes pods of
services whole: it adds what fetches their model, batches, and logs.
"""

from collections.abc import Mapping, Sequence

from pulumi_kubernetes.admissionregistration.v1 import RuleWithOperationsArgsDict

from ...kube.webhook import Hook

GROUP = "serving.kserve.io"
_WRITTEN = ("CREATE", "UPDATE")
_ALWAYS = (*_WRITTEN, "DELETE")

MUTATING = "inferenceservice.serving.kserve.io"


def _rule(version: str, resource: str, operations: Sequence[str]) -> RuleWithOperationsArgsDict:
    return {
        "api_groups": [GROUP],
        "api_versions": [version],
        "operations": list(operations),
        "resources": [resource],
    }


def _validator(
    kind: str, version: str, operations: Sequence[str] = _WRITTEN, *, versioned: bool = False
) -> Hook:
    middle = f".{version}" if versioned else ""
    return Hook(
        name=f"{kind}.kserve-webhook-server{middle}.validator",
        path=f"/validate-serving-kserve-io-{version}-{kind}",
        rules=[_rule(version, f"{kind}s", operations)],
        match="Exact" if versioned else None,
    )


def _llm(kind: str, operations: Sequence[str] = _WRITTEN) -> tuple[Hook, ...]:
    """One for each version, since each is checked as it was written."""
    return tuple(
        _validator(kind, version, operations, versioned=True) for version in ("v1alpha2", "v1alpha1")
    )


DEFAULTS: Sequence[Hook] = (
    Hook(
        name="inferenceservice.kserve-webhook-server.defaulter",
        path="/mutate-serving-kserve-io-v1beta1-inferenceservice",
        rules=[_rule("v1beta1", "inferenceservices", _WRITTEN)],
    ),
    Hook(
        name="inferenceservice.kserve-webhook-server.pod-mutator",
        path="/mutate-pods",
        rules=[{"api_groups": [""], "api_versions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
        namespaces={"match_expressions": [{"key": "control-plane", "operator": "DoesNotExist"}]},
        objects={"match_expressions": [{"key": "serving.kserve.io/inferenceservice", "operator": "Exists"}]},
        reinvocation="IfNeeded",
    ),
)

# Configurations by name: those of the controller, of the LLM controller, of the local model controller.
VALIDATORS: Mapping[str, Sequence[Hook]] = {
    f"inferenceservice.{GROUP}": (_validator("inferenceservice", "v1beta1"),),
    f"inferencegraph.{GROUP}": (_validator("inferencegraph", "v1alpha1"),),
    f"trainedmodel.{GROUP}": (_validator("trainedmodel", "v1alpha1"),),
    f"servingruntime.{GROUP}": (_validator("servingruntime", "v1alpha1"),),
    f"clusterservingruntime.{GROUP}": (_validator("clusterservingruntime", "v1alpha1"),),
}
LLM_VALIDATORS: Mapping[str, Sequence[Hook]] = {
    f"llminferenceservice.{GROUP}": _llm("llminferenceservice"),
    f"llminferenceserviceconfig.{GROUP}": _llm("llminferenceserviceconfig", _ALWAYS),
}
LOCAL_MODEL_VALIDATORS: Mapping[str, Sequence[Hook]] = {
    f"localmodelcache.{GROUP}": (
        _validator("localmodelcache", "v1alpha1", _ALWAYS),
        # Answered by the program, though upstream does not register it.
        _validator("localmodelnamespacecache", "v1alpha1", _ALWAYS),
    ),
}
