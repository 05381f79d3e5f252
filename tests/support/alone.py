"""One component by itself, in surroundings that a stack of this machine cannot have."""

from collections.abc import Callable
from dataclasses import dataclass

import pulumi

from components.contracts import Capabilities, CertificateAuthority, Mesh, Namespaces, UserIdentity
from tests.support.render import Rendered, run


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Contracts as a cloud's cluster would offer them: its API server reaches webhooks in pods."""

    namespaces: Namespaces
    mesh: Mesh
    identity: UserIdentity
    certificates: CertificateAuthority
    capabilities: Capabilities


def declare(build: Callable[[Surroundings], object]) -> Rendered:
    """Run a function that declares a component, and show what it declares."""
    rendered = Rendered()

    def program() -> None:
        build(_surroundings())

    run(program, rendered)
    return rendered


def _surroundings() -> Surroundings:
    there = pulumi.ComponentResource("test:index:There", "there")
    return Surroundings(
        namespaces=Namespaces(
            kubeflow=pulumi.Output.from_input("kubeflow"),
            kubeflow_name="kubeflow",
            system=pulumi.Output.from_input("kubeflow-system"),
            system_name="kubeflow-system",
        ),
        mesh=Mesh(
            namespace="istio-system",
            gateway="kubeflow/kubeflow-gateway",
            gateway_principal="cluster.local/ns/istio-system/sa/gateway",
            gateway_labels={"istio": "ingressgateway"},
            cluster_domain="cluster.local",
            ready=there,
        ),
        identity=UserIdentity(
            header="kubeflow-userid",
            prefix="",
            groups_header="kubeflow-groups",
            logout_path="/oauth2/sign_out",
        ),
        certificates=CertificateAuthority(ready=there),
        capabilities=Capabilities(images="all", load_balancer=True, serves_pages=True),
    )
