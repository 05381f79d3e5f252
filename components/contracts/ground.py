"""What every component stands on: certificates, the mesh, who a user is, namespaces."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from .callers import Caller
from .routes import CollectedRoutes


@dataclass(frozen=True, kw_only=True)
class CertificateAuthority:
    """cert-manager: the leaf after which certificates can be asked for."""

    ready: pulumi.Resource


@dataclass(frozen=True, kw_only=True)
class MeshAddon:
    """Istio itself: its namespace, its gateway's pods, and the leaf after which its types can be used."""

    namespace: str
    gateway_selector: Mapping[str, str]
    gateway_service_account: str
    ready: pulumi.Resource


@dataclass(frozen=True, kw_only=True)
class ExternalAuthorization:
    """Who is asked about a request before it passes the gateway (Istio's MeshConfig, envoyExtAuthzHttp).

    Attributes:
        name: what authorization policies call it.
        host, port: its address, plain HTTP. Where it does not answer, nobody passes.
        sent: headers of the request that it is shown.
        added: headers of its answer that an allowed request carries on.
        returned, returned_on_allow: headers of its answer that the client gets, with a refusal and with what
            it asked for.
    """

    name: str
    host: str
    port: int
    sent: tuple[str, ...]
    added: tuple[str, ...]
    returned: tuple[str, ...]
    returned_on_allow: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Mesh:
    """The way in: what a route attaches to, and which requests came through it.

    Attributes:
        gateway: `namespace/name` of the Gateway that routes attach to.
        gateway_principal: SPIFFE principal of the gateway's pods, allowed by authorization policies.
        gateway_labels: labels that select the gateway's pods, in `namespace`.
        cluster_domain: DNS suffix of Services, without a leading dot.
        collected: where there is no mesh, the routes of components, for the one program that stands in the
            gateway's place. None: a mesh follows them.
    """

    namespace: str
    gateway: str
    gateway_principal: str
    cluster_domain: str
    ready: pulumi.Resource
    gateway_labels: Mapping[str, str]
    collected: CollectedRoutes | None = None

    @property
    def gateway_pods(self) -> Caller:
        """The gateway's pods, which bring what comes from outside."""
        return Caller(namespace=self.namespace, labels=self.gateway_labels)

    @property
    def control_plane(self) -> Caller:
        """The pods of istiod, by the label that its chart gives them in every revision."""
        return Caller(namespace=self.namespace, labels={"app": "istiod"})

    @property
    def present(self) -> bool:
        """Whether there is a mesh, whose objects mean something."""
        return self.collected is None


@dataclass(frozen=True, kw_only=True)
class UserIdentity:
    """How a request names its user: the header, and what stands before the address in it."""

    header: str
    prefix: str
    groups_header: str
    logout_path: str


@dataclass(frozen=True, kw_only=True)
class Namespaces:
    """Kubeflow's own namespaces. Their names are Outputs, so that what lives there comes after them.

    Attributes:
        scrapers: the pods that read the metrics of whatever lives in namespaces of the platform.
        sidecars: whether a mesh puts its sidecars into the pods of namespaces.
    """

    kubeflow: pulumi.Output[str]
    kubeflow_name: str
    system: pulumi.Output[str]
    system_name: str
    scrapers: tuple[Caller, ...] = ()
    sidecars: bool = True


@dataclass(frozen=True, kw_only=True)
class AccessManagement:
    """Access management (KFAM): which people belong to which team's namespace.

    Attributes:
        host, port: its address, plain HTTP. The mesh lets the dashboard's service account call it.
        registration_flow: whether people may create a profile of their own.
        profile_type: the API type Profile; a Profile has to come after it.
        ready: the controller that makes a namespace of each Profile.
    """

    host: str
    port: int
    registration_flow: bool
    profile_type: pulumi.Resource
    ready: pulumi.Resource


@dataclass(frozen=True, kw_only=True)
class TeamBase:
    """What the platform has for teams.

    Attributes:
        namespace_labels: what the profile controller sees to on the namespace of every team; an empty value
            takes a label away.
        pages_principal: mesh identity of the pages of pipelines, which ask in people's names.
        notebooks_principal: mesh identity of the notebook controller, which asks whether notebooks are idle.
        callers: pods of the platform that open connections to those of teams.
        profile_type: the leaf after which a Profile can be declared.
        pod_default_type: the leaf after which a PodDefault can be declared; None where there are none.
    """

    namespace_labels: Mapping[str, str]
    pages_principal: str
    notebooks_principal: str
    profile_type: pulumi.Resource
    pod_default_type: pulumi.Resource | None = None
    callers: tuple[Caller, ...] = ()
