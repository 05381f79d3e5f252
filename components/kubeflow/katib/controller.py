"""The controller: an Experiment becomes a Suggestion and Trials, a Trial becomes a job in its namespace.

It answers three webhooks: one fills in experiments, one refuses wrong ones, and one adds the metrics
collector to the pods of trials. Source: kubeflow/katib v0.19.0, cmd/katib-controller and pkg/webhook.
"""

from collections.abc import Sequence

import pulumi
from pulumi_kubernetes.rbac.v1 import ClusterRole, ClusterRoleBinding, PolicyRuleArgsDict

from ...contracts import Capabilities, NodePool
from ...kube.config import config_map, digest
from ...kube.metrics import scraped
from ...kube.network import allow_ingress, from_api_server
from ...kube.program import Mount, Program, http_probe, pod_field
from ...kube.scope import Scope
from ...kube.webhook import Hook, ServingCertificate, register
from ...kube.workload import Workload, deployment, service
from ...versions import Katib as Images
from .config import FILE, HEALTH, METRICS, WEBHOOK, initial, katib_config
from .settings import KatibSettings
from .trial_settings import TrialResource

APP = "katib-controller"
COMPONENT = "katib.kubeflow.org/component"
SELECTOR = {COMPONENT: "controller"}
# By this label of a namespace the webhook is asked about its pods, and experiments are taken in it.
INJECTION = {"katib.kubeflow.org/metrics-collector-injection": "enabled"}

# pkg/controller.v1beta1/consts/const.go, CertDir.
_CERTIFICATES = "/tmp/cert"
_CONFIG = f"/{FILE}"
_REGISTRATION = "katib.kubeflow.org"


def controller(
    scope: Scope,
    settings: KatibSettings,
    certificate: ServingCertificate,
    node_pools: Sequence[NodePool],
    *,
    after: Sequence[pulumi.Resource],
) -> Workload:
    """Declare the controller; it starts after the kinds that it watches, and what lets it."""
    own = settings.controller
    config = config_map(scope, "katib-config", {FILE: katib_config(settings)}, app=APP)
    program = Program(
        name=APP,
        image=Images.CONTROLLER,
        settings=own,
        command=["./katib-controller"],
        args=[f"--katib-config={_CONFIG}"],
        environment={"KATIB_CORE_NAMESPACE": pod_field("metadata.namespace")},
        ports={"webhook": WEBHOOK, "metrics": METRICS, "healthz": HEALTH},
        live=http_probe("/healthz", "healthz"),
        ready=http_probe("/readyz", "healthz"),
        mounts=[
            Mount(path=_CERTIFICATES, volume="cert"),
            Mount(path=_CONFIG, volume="katib-config", sub_path=FILE),
        ],
        user=1000,
        read_only_root=True,
    )
    workload = deployment(
        scope,
        APP,
        app=APP,
        programs=[program],
        settings=own,
        service_account=APP,
        node_pools=node_pools,
        selector=SELECTOR,
        volumes={
            "cert": {"secret": {"secret_name": certificate.secret}},
            "katib-config": {"config_map": {"name": config.name}},
        },
        pod_annotations=scraped(METRICS) if own.metrics else None,
        # The rest of the configuration is read anew, through the API, for each experiment.
        config_hash=digest({"init": str(initial(settings))}),
        mesh=False,
        after=after,
    )
    service(
        scope,
        APP,
        selector=workload.selector,
        ports={"webhook": (443, WEBHOOK), "metrics": (METRICS, METRICS), "healthz": (HEALTH, HEALTH)},
        app=APP,
    )
    shown = ["metrics"] if own.metrics else []
    asked = from_api_server("webhook")
    allow_ingress(scope, APP, selector=workload.selector, openings=[asked], metrics=shown, app=APP)
    return workload


def webhooks(
    scope: Scope,
    capabilities: Capabilities,
    settings: KatibSettings,
    certificate: ServingCertificate,
    workload: Workload,
) -> None:
    """Register the webhooks once the controller answers."""
    experiments = Hook(
        name="defaulter.experiment.katib.kubeflow.org",
        path="/mutate-experiment",
        rules=[
            {
                "api_groups": ["kubeflow.org"],
                "api_versions": ["v1beta1"],
                "operations": ["CREATE", "UPDATE"],
                "resources": ["experiments"],
            }
        ],
    )
    pods = Hook(
        name="mutator.pod.katib.kubeflow.org",
        path="/mutate-pod",
        rules=[{"api_groups": [""], "api_versions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
        failure=settings.controller.pod_failure_policy,
        namespaces={"match_labels": INJECTION},
        conditions={
            "exclude-katib-controller": "request.userInfo.username != "
            f'"system:serviceaccount:{scope.namespace_name}:{APP}"'
        },
    )
    checks = Hook(
        name="validator.experiment.katib.kubeflow.org",
        path="/validate-experiment",
        rules=experiments.rules,
    )
    register(
        scope,
        capabilities,
        "Mutating",
        _REGISTRATION,
        [experiments, pods],
        app=APP,
        service=APP,
        certificate=certificate,
        answered_by=workload,
    )
    register(
        scope,
        capabilities,
        "Validating",
        _REGISTRATION,
        [checks],
        app=APP,
        service=APP,
        certificate=certificate,
        answered_by=workload,
    )


def rights_on(scope: Scope, resources: Sequence[TrialResource]) -> list[pulumi.Resource]:
    """Let the controller run trials of the kinds that a stack adds; return the binding, if there is one."""
    if not resources:
        return []
    name = "katib-controller-trial-resources"
    rules: list[PolicyRuleArgsDict] = [
        {
            "api_groups": [one.group],
            "resources": [one.plural],
            "verbs": ["create", "delete", "get", "list", "watch"],
        }
        for one in resources
    ]
    for one in resources:
        if one.between:
            rules.append({"api_groups": [one.group], "resources": list(one.between), "verbs": ["get"]})
    role = ClusterRole(
        name, metadata=scope.cluster_metadata(name, app=APP), rules=rules, opts=scope.options()
    )
    binding = ClusterRoleBinding(
        name,
        metadata=scope.cluster_metadata(name, app=APP),
        role_ref={
            "api_group": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": role.metadata.name,
        },
        subjects=[{"kind": "ServiceAccount", "name": APP, "namespace": scope.namespace}],
        opts=scope.options(),
    )
    return [binding]
