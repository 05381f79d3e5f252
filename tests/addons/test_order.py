"""What is there before what: types before objects, webhooks before what they check."""

from typing import Any

import pulumi
import pytest

from components.charts import keep_api_types, keep_from_enforcer
from tests.addons.charts import EVERYTHING, Declared, declared, installed

TRUSTED = "jsonpath={.webhooks[0].clientConfig.caBundle}"


@pytest.fixture(scope="module")
def stack() -> Declared:
    return installed(EVERYTHING)


@pytest.mark.parametrize(
    ("webhook", "chart"),
    [
        ("ValidatingWebhookConfiguration/cert-manager-webhook", "cert-manager"),
        ("ValidatingWebhookConfiguration/istiod-default-validator", "istiod"),
        ("MutatingWebhookConfiguration/istio-sidecar-injector", "istiod"),
        ("MutatingWebhookConfiguration/kueue-mutating-webhook-configuration", "kueue"),
        ("ValidatingWebhookConfiguration/kueue-validating-webhook-configuration", "kueue"),
    ],
)
def test_a_webhook_is_waited_for_until_the_api_server_trusts_it(
    stack: Declared, webhook: str, chart: str
) -> None:
    assert stack.objects[webhook]["metadata"]["annotations"] == {"pulumi.com/waitFor": TRUSTED}
    assert chart in stack.before(webhook)


def test_a_wait_declares_nothing_of_the_webhook_but_the_wait(stack: Declared) -> None:
    leaf = stack.objects["ValidatingWebhookConfiguration/cert-manager-webhook"]
    assert leaf.keys() == {"apiVersion", "kind", "metadata"}
    assert leaf["metadata"].keys() == {"name", "annotations"}


@pytest.mark.parametrize("gateway", ["istio-ingressgateway", "cluster-local-gateway"])
def test_a_gateway_comes_after_what_completes_its_pods(stack: Declared, gateway: str) -> None:
    assert {
        "istio-base",
        "istio-cni",
        "istiod",
        "MutatingWebhookConfiguration/istio-sidecar-injector",
    } <= stack.before(gateway)


def test_each_chart_comes_after_the_namespace_that_it_is_for(stack: Declared) -> None:
    late = {
        name
        for name, chart in stack.charts.items()
        if chart["namespace"] != "kube-system" and f"Namespace/{chart['namespace']}" not in stack.before(name)
    }
    assert late == set()


def test_knative_serving_comes_after_its_operator_and_gateway_and_is_waited_for(stack: Declared) -> None:
    name = "KnativeServing/knative-serving"
    assert {"knative-operator", "cluster-local-gateway", "Namespace/knative-serving"} <= stack.before(name)
    assert stack.objects[name]["metadata"]["annotations"] == {"pulumi.com/waitFor": "condition=Ready"}


def test_what_waits_for_an_add_on_has_one_dependency_of_it_in_the_state(stack: Declared) -> None:
    # Pulumi writes a dependency on a component of the program as one on each child; a chart is no such.
    assert stack.addons is not None
    assert stack.addons.mesh is not None
    leaves = (
        stack.addons.certificates.ready,
        stack.addons.mesh.ready,
        stack.addons.knative,
        stack.addons.kueue,
        stack.addons.kuberay,
        stack.addons.monitoring,
    )
    remote = [getattr(leaf, "_remote", False) or isinstance(leaf, pulumi.CustomResource) for leaf in leaves]
    assert remote == [True] * len(leaves)


def test_api_types_outlive_their_chart() -> None:
    kept = keep_api_types(transformed("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"))
    assert kept is not None
    assert kept.opts.retain_on_delete
    assert kept.opts.protect


def test_other_objects_of_a_chart_go_with_it() -> None:
    assert keep_api_types(transformed("kubernetes:apps/v1:Deployment")) is None


@pytest.mark.parametrize("kind", ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"])
def test_aks_leaves_the_webhooks_of_charts_as_they_are(kind: str) -> None:
    found: list[dict[str, Any]] = []

    def program() -> None:
        given = transformed(f"kubernetes:admissionregistration.k8s.io/v1:{kind}")
        spared = keep_from_enforcer(given)
        assert spared is not None
        pulumi.Output.from_input(spared.props["metadata"]).apply(found.append)

    declared(program)
    annotations = {"example.com/own": "kept", "admissions.enforcer/disabled": "true"}
    assert found == [{"name": "one", "annotations": annotations}]
    assert keep_from_enforcer(transformed("kubernetes:apps/v1:Deployment")) is None


def transformed(type_: str) -> pulumi.ResourceTransformArgs:
    return pulumi.ResourceTransformArgs(
        custom=True,
        type_=type_,
        name="one",
        props={"metadata": {"name": "one", "annotations": {"example.com/own": "kept"}}},
        opts=pulumi.ResourceOptions(protect=True),
    )
