"""The mesh's sidecar, which a webhook of Istio's puts into pods, and here the API server itself.

Which pods get one: istio/istio 1.30, manifests/charts/istio-control/istio-discovery, webhooks
`namespace.sidecar-injector` and `object.sidecar-injector`; how it is secured: files/injection-template.yaml.
Istio runs it as a sidecar of Kubernetes' own kind.
"""

from collections.abc import Iterator
from typing import Any

from components.kube.settings import Compute
from simulator.cluster.api import Api, Object

_GROUP = "/apis/admissionregistration.k8s.io/v1"
_INJECT, _NAMESPACE = "sidecar.istio.io/inject", "istio-injection"


_SECURITY = (
    "Object.spec.initContainers.securityContext{allowPrivilegeEscalation: false, runAsNonRoot: true, "
    "readOnlyRootFilesystem: true, "
    'capabilities: Object.spec.initContainers.securityContext.capabilities{drop: ["ALL"]}, '
    "seccompProfile: Object.spec.initContainers.securityContext.seccompProfile{"
    'type: "RuntimeDefault"}}'
)

_LIST = (
    '(has(object.spec.initContainers) ? [] : [JSONPatch{op: "add", path: "/spec/initContainers", value: []}])'
)


def inject(api: Api, sidecar: Compute) -> None:
    """Have every pod that would get a sidecar get one that reserves as much."""
    for name, matches in _matches():
        api.apply(f"{_GROUP}/mutatingadmissionpolicies/{name}", _policy(name, matches, sidecar))
        api.apply(
            f"{_GROUP}/mutatingadmissionpolicybindings/{name}",
            {
                "apiVersion": "admissionregistration.k8s.io/v1",
                "kind": "MutatingAdmissionPolicyBinding",
                "metadata": {"name": name},
                "spec": {"policyName": name},
            },
        )


def _matches() -> Iterator[tuple[str, Object]]:
    yield (
        "sidecar-by-namespace",
        {
            "namespaceSelector": {"matchLabels": {_NAMESPACE: "enabled"}},
            "objectSelector": {
                "matchExpressions": [{"key": _INJECT, "operator": "NotIn", "values": ["false"]}]
            },
        },
    )
    yield (
        "sidecar-by-pod",
        {
            "namespaceSelector": {"matchExpressions": [{"key": _NAMESPACE, "operator": "DoesNotExist"}]},
            "objectSelector": {"matchLabels": {_INJECT: "true"}},
        },
    )


def _policy(name: str, matches: Object, sidecar: Compute) -> Object:
    asked = sidecar.model_dump(exclude_none=True)
    requests = ", ".join(f'"{key}": "{amount}"' for key, amount in asked.items())
    container = (
        'Object.spec.initContainers{name: "istio-proxy", image: "sidecar", restartPolicy: "Always", '
        f"resources: Object.spec.initContainers.resources{{requests: {{{requests}}}}}, "
        f"securityContext: {_SECURITY}}}"
    )
    added = f'JSONPatch{{op: "add", path: "/spec/initContainers/0", value: {container}}}'
    rules: list[Any] = [
        {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    ]
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "failurePolicy": "Fail",
            "reinvocationPolicy": "Never",
            "matchConstraints": {**matches, "resourceRules": rules},
            # Applied, it could not bring lists such as that of capabilities.
            "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": f"{_LIST} + [{added}]"}}],
        },
    }
