"""Where the objects of one component live, and what they have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

from ..contracts import Caller, Namespaces

MANAGED_BY = "slipway"
COMPONENT_LABEL = "slipway.dev/component"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A namespace that is not Kubeflow's own, such as a team's.

    Attributes:
        name: its name as plain text.
        created: the same, known once the namespace exists.
    """

    name: str
    created: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The component that owns a set of objects.

    Attributes:
        component: the component's key in the settings; every object carries it in COMPONENT_LABEL.
        parent: the Pulumi component that the objects are children of.
        namespaces: Kubeflow's namespaces; as Outputs they put every object after its namespace.
        system: the objects live in `kubeflow-system` rather than `kubeflow`.
        elsewhere: they live in this namespace instead. Objects of several such namespaces have the same names
            and the same kind of parent, so that Pulumi knows each by the name of its namespace too.
    """

    component: str
    parent: pulumi.Resource
    namespaces: Namespaces
    system: bool = False
    elsewhere: Place | None = None

    @property
    def namespace(self) -> pulumi.Output[str]:
        """Name of the component's namespace, known once the namespace exists."""
        if self.elsewhere is not None:
            return self.elsewhere.created
        return self.namespaces.system if self.system else self.namespaces.kubeflow

    @property
    def namespace_name(self) -> str:
        """The same name as plain text, for arguments and addresses."""
        if self.elsewhere is not None:
            return self.elsewhere.name
        return self.namespaces.system_name if self.system else self.namespaces.kubeflow_name

    def caller(self, labels: Mapping[str, str], account: str = "") -> Caller:
        """Pods of the component's namespace with these labels, as callers of somebody else's."""
        return Caller(namespace=self.namespace_name, labels=labels, account=account)

    def unique(self, name: str) -> str:
        """What Pulumi calls an object of this name."""
        return name if self.elsewhere is None else f"{self.elsewhere.name}-{name}"

    def labels(self, app: str | None = None, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Labels of an object; `app` is the program that it belongs to."""
        own = {"app": app, "app.kubernetes.io/name": app} if app else {}
        return {
            **own,
            "app.kubernetes.io/part-of": "kubeflow",
            "app.kubernetes.io/managed-by": MANAGED_BY,
            COMPONENT_LABEL: self.component,
            **(extra or {}),
        }

    def metadata(
        self,
        name: str,
        *,
        app: str | None = None,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, pulumi.Input[str]] | None = None,
    ) -> ObjectMetaArgsDict:
        """Metadata of a namespaced object."""
        return {
            **self.cluster_metadata(name, app=app, labels=labels, annotations=annotations),
            "namespace": self.namespace,
        }

    def cluster_metadata(
        self,
        name: str,
        *,
        app: str | None = None,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, pulumi.Input[str]] | None = None,
    ) -> ObjectMetaArgsDict:
        """Metadata of an object that belongs to no namespace."""
        result: ObjectMetaArgsDict = {"name": name, "labels": self.labels(app, labels)}
        if annotations:
            result["annotations"] = dict(annotations)
        return result

    def options(self, *after: pulumi.Resource | Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
        """Options of a child, created after the given resources where no value says so."""
        flat: list[pulumi.Resource] = []
        for item in after:
            flat.extend([item] if isinstance(item, pulumi.Resource) else item)
        return pulumi.ResourceOptions(parent=self.parent, depends_on=flat or None)

    def host(self, service: str, cluster_domain: str) -> str:
        """Full DNS name of one of the component's Services."""
        return f"{service}.{self.namespace_name}.svc.{cluster_domain}"
