"""Who passes the gateway, and what a request carries when it has passed."""

from collections.abc import Mapping
from typing import Any

from tests.identity.stacks import COMPANY, NAMED, declared, rendered, rules, token_rule
from tests.support.render import Object, Rendered, render

CUSTOM, DENY = "istio-ingressgateway-oauth2-proxy", "istio-ingressgateway-require-jwt"
CLUSTER = "https://kubernetes.default.svc.cluster.local"


def _filters(found: Rendered) -> list[dict[str, Any]]:
    patches = found.get("EnvoyFilter", "kubeflow-gateway")["spec"]["configPatches"]
    return [one["patch"] for one in patches]


def _dropped(found: Rendered) -> set[str]:
    (config,) = (
        one["value"]["typed_config"] for one in _filters(found) if one["value"]["name"] == "slipway.headers"
    )
    return {one["remove"] for one in config["mutations"]["request_mutations"]}


def test_headers_that_name_a_user_are_dropped_before_anything_else_sees_them() -> None:
    found = rendered()
    assert {"kubeflow-userid", "kubeflow-groups", "x-auth-request-email"} <= _dropped(found)
    # Of several filters that are put first, the last one is.
    first = [one["value"]["name"] for one in _filters(found) if one["operation"] == "INSERT_FIRST"]
    assert first[-1] == "slipway.headers"


def test_the_headers_that_are_dropped_are_those_that_the_platform_believes() -> None:
    found = rendered(identity={"userHeader": "X-Corp-User", "groupsHeader": "X-Corp-Groups"})
    assert {"x-corp-user", "x-corp-groups"} <= _dropped(found)
    assert "kubeflow-userid" not in _dropped(found)
    assert token_rule(found, "dex-jwt")["outputClaimToHeaders"] == [
        {"header": "X-Corp-User", "claim": "email"}
    ]


def test_without_login_nobody_can_name_a_user_either() -> None:
    found = rendered(
        identity={"provider": "none"}, gateway={"hosts": ["localhost"], "tls": {"source": "none"}}
    )
    assert "kubeflow-userid" in _dropped(found)
    assert not {"dex", "oauth2-proxy"} & found.names("Deployment")


def test_a_request_without_a_verified_token_is_refused_but_for_the_login_s_own_pages() -> None:
    no_token = rules(rendered(), DENY)[0]
    assert no_token["from"] == [{"source": {"notRequestPrincipals": ["*"]}}]
    assert no_token["to"] == [{"operation": {"notPaths": ["/oauth2/*", "/dex/*"]}}]


def test_the_login_s_pages_are_open_under_the_platform_s_own_name_only() -> None:
    found = rendered(gateway={"hosts": ["kubeflow.example.com", "*.models.example.com"]})
    for policy in (CUSTOM, DENY):
        for rule in rules(found, policy):
            assert {"operation": {"notHosts": ["kubeflow.example.com", "kubeflow.example.com:*"]}} in rule[
                "to"
            ]


def test_only_bearer_tokens_go_past_oauth2_proxy() -> None:
    (rule,) = rules(rendered(), CUSTOM)
    assert rule["when"] == [{"key": "request.headers[authorization]", "notValues": ["Bearer *"]}]


def test_a_person_s_token_counts_only_where_oauth2_proxy_has_put_it() -> None:
    by_itself = rules(rendered(gateway=NAMED), DENY)[1]
    assert by_itself["from"] == [{"source": {"requestPrincipals": ["https://kubeflow.example.com/dex/*"]}}]
    assert by_itself["when"] == [{"key": "request.headers[x-auth-request-email]", "notValues": ["*"]}]


def test_a_token_has_to_be_for_this_platform_and_goes_no_further_than_the_gateway() -> None:
    found = rendered()
    assert token_rule(found, "dex-jwt")["audiences"] == ["kubeflow-oidc-authservice"]
    assert token_rule(found, "m2m-token-issuer")["audiences"] == ["pipelines.kubeflow.org", "kubeflow"]
    for issuer in ("dex-jwt", "m2m-token-issuer"):
        assert token_rule(found, issuer)["forwardOriginalToken"] is False


def test_programs_are_named_by_their_service_account() -> None:
    rule = token_rule(rendered(), "m2m-token-issuer")
    assert rule["issuer"] == CLUSTER
    assert rule["outputClaimToHeaders"] == [{"header": "kubeflow-userid", "claim": "sub"}]


def test_keys_of_an_issuer_that_only_the_cluster_knows_are_read_at_its_api_server() -> None:
    found = rendered()
    assert token_rule(found, "m2m-token-issuer")["jwksUri"] == f"{CLUSTER}/openid/v1/jwks"
    binding = found.get("ClusterRoleBinding", "unauthenticated-oidc-viewer")
    assert binding["roleRef"]["name"] == "system:service-account-issuer-discovery"


def test_keys_of_a_cloud_s_issuer_are_read_there_and_nobody_is_let_into_the_api_server() -> None:
    cloud = "https://oidc.eks.eu-central-1.amazonaws.com/id/ABC"
    for found in (
        declared(token_issuer=cloud),
        declared(identity={"programs": {"issuer": cloud}}, token_issuer="https://another.example.com"),
    ):
        rule = token_rule(found, "m2m-token-issuer")
        assert rule["issuer"] == cloud
        assert "jwksUri" not in rule
        assert not found.names("ClusterRoleBinding") & {"unauthenticated-oidc-viewer"}


def test_programs_can_be_kept_out() -> None:
    found = rendered(identity={"programs": {"enabled": False}})
    assert found.names("RequestAuthentication") == {"dex-jwt"}


def test_a_company_s_provider_takes_the_place_of_dex() -> None:
    found = declared(identity=COMPANY, gateway=NAMED, secrets={"client-secret": "given-by-the-provider"})
    rule = token_rule(found, "oidc-jwt")
    assert (rule["issuer"], rule["audiences"]) == ("https://login.example.com/realms/ml", ["kubeflow"])
    assert found.names("RequestAuthentication") == {"oidc-jwt", "m2m-token-issuer"}
    assert "auth" not in found.names("Namespace")
    assert "/dex/*" not in str(rules(found, DENY))


def test_programs_behind_the_gateway_never_get_the_session_s_cookie() -> None:
    (script,) = (
        one["value"]["typed_config"]["defaultSourceCode"]["inlineString"]
        for one in _filters(rendered())
        if one["value"]["name"] == "slipway.session"
    )
    assert 'local COOKIE = "__Host-oauth2_proxy_kubeflow"' in script
    (cookie,) = [one for one in _arguments() if one.startswith("--cookie-name=")]
    assert cookie == "--cookie-name=__Host-oauth2_proxy_kubeflow"


def _arguments() -> list[str]:
    return rendered().get("Deployment", "oauth2-proxy")["spec"]["template"]["spec"]["containers"][0]["args"]


def test_the_mesh_lets_nothing_in_that_no_policy_allows() -> None:
    found = rendered()
    policy = found.get("AuthorizationPolicy", "global-deny-all")
    assert policy["metadata"]["namespace"] == "istio-system", "there it holds for the whole mesh"
    assert not policy["spec"]
    gateway = found.get("AuthorizationPolicy", "istio-ingressgateway")
    assert gateway["spec"]["selector"] == {"matchLabels": {"istio": "ingressgateway"}}


def test_every_program_of_the_mesh_that_others_call_says_who_may() -> None:
    """Those without a policy have no Service but for metrics, which Istio's sidecar hands out by itself."""
    found = render()
    policies = [
        (one["metadata"]["namespace"], one["spec"]["selector"]["matchLabels"])
        for one in found.of("AuthorizationPolicy")
        if one["spec"].get("selector")
    ]
    silent = {
        one["metadata"]["name"]
        for one in found.of("Deployment")
        if _in_mesh(one)["sidecar.istio.io/inject"] == "true"
        and not any(
            namespace == one["metadata"]["namespace"] and labels.items() <= _in_mesh(one).items()
            for namespace, labels in policies
        )
    }
    assert silent == {
        "metadata-writer",
        "ml-pipeline-persistenceagent",
        "ml-pipeline-scheduledworkflow",
        "ml-pipeline-viewer-crd",
        "notebook-controller-deployment",
        "workflow-controller",
    }


def _in_mesh(deployment: Object) -> Mapping[str, str]:
    return deployment["spec"]["template"]["metadata"]["labels"]
