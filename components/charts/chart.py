"""One Helm chart as a resource of Pulumi, and the leaf after which its admission webhooks answer.

A chart is one resource of the program whose objects the Kubernetes plugin declares as its children. The code
here rests on these facts (pulumi/pulumi-kubernetes v4.34, provider/pkg/provider/helm/v4/chart.go;
pulumi/pulumi v3.250, pkg/resource/graph/dependency_graph.go):

- What depends on a chart has one entry in the state, and waits until all of its objects are there and ready;
  when both go, it goes first.
- Helm's hooks are never applied, so nothing may be left to them.
- API types in a chart's `crds/` are declared like any other object, so they follow the chart's version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pulumi
from pulumi_kubernetes.admissionregistration.v1 import (
    MutatingWebhookConfigurationPatch,
    ValidatingWebhookConfigurationPatch,
)
from pulumi_kubernetes.core.v1 import Namespace
from pulumi_kubernetes.helm import v4 as helm

from ..kube.api_types import api_types
from ..kube.placement import Placed
from ..kube.pulling import PULL_SECRET, current, make_pull_secret
from ..kube.settings import Compute
from ..settings_base import merged
from ..versions import Chart
from .images import has_secrets, image_values
from .source import ChartSource

Values = Mapping[str, Any]
"""Values of a chart, by its own keys."""

PodSecurity = Literal["privileged", "baseline", "restricted"]

_ACCOUNT = "kubernetes:core/v1:ServiceAccount"
_CRD = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
_WEBHOOKS = (
    "kubernetes:admissionregistration.k8s.io/v1:MutatingWebhookConfiguration",
    "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration",
)
# Pulumi ends a wait once the path has a value (pulumi-kubernetes, provider/pkg/jsonpath).
_TRUSTED = "jsonpath={.webhooks[0].clientConfig.caBundle}"


@dataclass(frozen=True, kw_only=True)
class ChartScope:
    """What is the same for all charts of a stack.

    Attributes:
        source: where they come from.
        replicas: pods of each controller and webhook that can have several.
        placed: which nodes the pods of controllers run on.
        platform: whose Kubernetes it is, where that makes a difference: `gke`, `aks`; empty otherwise.
        cluster_domain: DNS suffix of Services.
    """

    source: ChartSource = field(default_factory=ChartSource)
    replicas: int = 2
    placed: Placed = field(default_factory=lambda: Placed(node_selector={}, tolerations=()))
    platform: str = ""
    cluster_domain: str = "cluster.local"

    @property
    def placement(self) -> dict[str, Any]:
        """The placement, by the keys that charts share with a pod's specification."""
        return {
            "nodeSelector": {"kubernetes.io/os": "linux", **self.placed.node_selector},
            "tolerations": [dict(one) for one in self.placed.tolerations],
        }

    @property
    def redundant(self) -> bool:
        """Whether a pod may be taken away without its program going with it."""
        return self.replicas > 1


def declare(
    name: str,
    pin: Chart,
    *,
    scope: ChartScope,
    namespace: str,
    values: Values,
    parent: pulumi.Resource,
    after: Sequence[pulumi.Resource] = (),
    keep_types: bool = True,
    pull_secret: str = PULL_SECRET,
) -> helm.Chart:
    """Declare a chart as a release of that name.

    All arguments are plain, so that a preview shows its objects. API types outlive the chart unless
    `keep_types` is false: with a type go all objects of it, which people may have made. `pull_secret` is the
    name of the Secret with the mirror's credentials, where it asks for any.
    """
    found = scope.source.locate(pin)
    transforms: list[pulumi.ResourceTransform] = [keep_api_types] if keep_types else []
    if current().credentials is not None and not has_secrets(pin):
        transforms.append(with_pull_secret)
    if scope.platform == "aks":
        transforms.append(keep_from_enforcer)
    return helm.Chart(
        name,
        chart=found.chart,
        version=found.version or None,
        repository_opts={"repo": found.repository} if found.repository else None,
        namespace=namespace,
        values=merged(values, image_values(pin, secret=pull_secret)),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(after), transforms=transforms),
    )


def keep_api_types(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Leave an API type in the cluster when the stack lets go of it."""
    if args.type_ != _CRD:
        return None
    opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(retain_on_delete=True))
    return pulumi.ResourceTransformResult(props=args.props, opts=opts)


def with_pull_secret(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Give the mirror's credentials to a service account of a chart whose values have no place for them."""
    if args.type_ != _ACCOUNT:
        return None
    props = {**args.props, "imagePullSecrets": [{"name": PULL_SECRET}]}
    return pulumi.ResourceTransformResult(props=props, opts=args.opts)


def keep_from_enforcer(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Have AKS leave a webhook's configuration as it is.

    Its admissions enforcer would take over the selector of namespaces, which the chart's next version could
    not apply any more for a conflict of field managers.
    """
    if args.type_ not in _WEBHOOKS:
        return None
    metadata = pulumi.Output.from_input(args.props.get("metadata") or {}).apply(_unenforced)
    return pulumi.ResourceTransformResult(props={**args.props, "metadata": metadata}, opts=args.opts)


def _unenforced(metadata: Mapping[str, Any]) -> dict[str, Any]:
    own: Mapping[str, str] = metadata.get("annotations") or {}
    return {**metadata, "annotations": {**own, "admissions.enforcer/disabled": "true"}}


def namespace(
    name: str, *, parent: pulumi.Resource, pods: PodSecurity, labels: Mapping[str, str] | None = None
) -> Namespace:
    """Declare the namespace of an add-on, which enforces a Pod Security standard."""
    created = Namespace(
        name,
        metadata={
            "name": name,
            "labels": {"pod-security.kubernetes.io/enforce": pods, **(labels or {})},
        },
        opts=pulumi.ResourceOptions(parent=parent),
    )
    make_pull_secret(name, created.metadata.name, pulumi.ResourceOptions(parent=parent))
    return created


def types_alone(path: Path, name: str, *, parent: pulumi.Resource) -> Namespace:
    """Declare an add-on's API types and its namespace, for clusters whose pods do not run their images.

    The namespace comes after the types, so that one short dependency stands for all of them.
    """
    types = api_types(path, parent=parent)
    opts = pulumi.ResourceOptions(parent=parent, depends_on=list(types))
    return Namespace(name, metadata={"name": name}, opts=opts)


def webhooks_ready(
    *configurations: tuple[Literal["mutating", "validating"], str],
    parent: pulumi.Resource,
    after: Sequence[pulumi.Resource],
) -> pulumi.Resource:
    """Wait until the API server trusts the webhooks that charts registered, and return the last wait.

    Each is a patch that only annotates a webhook configuration: its chart declares it without the CA, which
    the add-on writes once it serves. By then its pods are available and its Service has endpoints, since the
    chart waited for both.
    """
    last = list(after)
    for kind, name in configurations:
        resource = (
            MutatingWebhookConfigurationPatch if kind == "mutating" else ValidatingWebhookConfigurationPatch
        )
        last = [
            resource(
                f"{name}-trusted",
                metadata={"name": name, "annotations": {"pulumi.com/waitFor": _TRUSTED}},
                opts=pulumi.ResourceOptions(parent=parent, depends_on=last),
            )
        ]
    return last[-1]


def resources(requests: Compute, limits: Compute | None = None) -> dict[str, Any]:
    """CPU and memory, as a container's `resources` writes them."""
    written = {"requests": requests, "limits": limits}
    return {
        key: compute.model_dump(exclude_none=True)
        for key, compute in written.items()
        if compute is not None and compute.model_dump(exclude_none=True)
    }
