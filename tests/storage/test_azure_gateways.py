"""Gateways before Blob Storage: one for each user, with that user's identity and keys, and nothing kept."""

from typing import Any

import pytest

from components.kubeflow.pipelines.launcher import artifact_repository, launcher_config, pipeline_root
from components.kubeflow.pipelines.settings import PipelinesSettings
from components.kubeflow.pipelines.ui import store_environment
from tests.clusters.support import Graph
from tests.storage.flexible import ADDRESS, BUCKET, TEAM, TENANT, azure_data, stores

OWNER, PAGES, PAGES_APP = "kubeflow-pipelines", "kubeflow-pipelines-pages", "ml-pipeline-ui"
USERS = (OWNER, PAGES, TEAM)
RUNS = PipelinesSettings().runs


def _pod(user: str, graph: Graph | None = None) -> dict[str, Any]:
    made = (graph or azure_data()).one("apps/v1:Deployment", f"blob-{user}")
    pod: dict[str, Any] = made.inputs["spec"]["template"]
    return pod


def _environment(user: str) -> dict[str, Any]:
    (container,) = _pod(user)["spec"]["containers"]
    return {one["name"]: one.get("value", one.get("valueFrom")) for one in container["env"]}


@pytest.mark.parametrize("user", USERS)
def test_a_gateway_is_its_users_identity_and_tries_no_other(user: str) -> None:
    told = _environment(user)
    assert told["AZURE_CLIENT_ID"] == f"client-ml-blob-{user}"
    assert told["AZURE_TENANT_ID"] == TENANT
    assert told["AZURE_TOKEN_CREDENTIALS"] == "WorkloadIdentityCredential"
    assert told["AZ_ENDPOINT"] == ADDRESS
    assert not told.keys() & {"AZ_ACCESS_KEY", "AZ_SAS_TOKEN", "AZURE_CLIENT_SECRET"}


@pytest.mark.parametrize("user", USERS)
def test_the_token_of_a_gateway_is_for_azure_alone(user: str) -> None:
    spec = _pod(user)["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["serviceAccountName"] == f"blob-{user}"
    (volume,) = (one for one in spec["volumes"] if "projected" in one)
    (source,) = volume["projected"]["sources"]
    assert source["serviceAccountToken"]["audience"] == "api://AzureADTokenExchange"
    (mount,) = (one for one in spec["containers"][0]["volumeMounts"] if one["name"] == volume["name"])
    file = _environment(user)["AZURE_FEDERATED_TOKEN_FILE"]
    assert file == f"{mount['mountPath']}/{source['serviceAccountToken']['path']}"


@pytest.mark.parametrize(
    ("user", "secret"),
    [(OWNER, "mlpipeline-minio-artifact"), (PAGES, "mlpipeline-minio-pages"), (TEAM, "blob-vision")],
)
def test_a_gateway_knows_the_keys_of_its_user_only(user: str, secret: str) -> None:
    told = _environment(user)
    for name, key in (("ROOT_ACCESS_KEY_ID", "accesskey"), ("ROOT_SECRET_ACCESS_KEY", "secretkey")):
        assert told[name] == {"secretKeyRef": {"name": secret, "key": key}}
    stored = azure_data().one("kubernetes:core/v1:Secret", secret).inputs["stringData"]
    data = stored.get("value", stored)
    assert data["accesskey"] == user
    assert f"blob-{user}" in str(data["secretkey"])


def test_every_user_has_a_secret_key_of_their_own_that_a_setting_renews() -> None:
    made = {one.name for one in azure_data().made if one.name.startswith("blob-") and "dynamic" in one.token}
    assert len(made) == len(stores()) == 5
    again = azure_data(objectStore={"name": BUCKET, "gateway": {"keysVersion": "2"}})
    renewed = [one.inputs["rotate"] for one in again.made if one.name in made and "dynamic" in one.token]
    assert renewed == ["2"] * len(made)


@pytest.mark.parametrize(("user", "reads_only"), [(OWNER, "false"), (PAGES, "true"), (TEAM, "false")])
def test_the_pages_gateway_takes_no_writes_either(user: str, reads_only: str) -> None:
    assert _environment(user)["VGW_READ_ONLY"] == reads_only


@pytest.mark.parametrize("user", USERS)
def test_a_gateway_is_hardened_and_writes_nothing_but_scratch(user: str) -> None:
    spec = _pod(user)["spec"]
    (container,) = spec["containers"]
    security = container["securityContext"]
    assert security["readOnlyRootFilesystem"] is security["runAsNonRoot"] is True
    assert security["allowPrivilegeEscalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"]}
    writable = [one["mountPath"] for one in container["volumeMounts"] if not one["readOnly"]]
    assert writable == ["/tmp"]
    assert {one["name"]: set(one) - {"name"} for one in spec["volumes"]}["tmp"] == {"emptyDir"}
    assert {
        container[one]["httpGet"]["path"] for one in ("livenessProbe", "readinessProbe", "startupProbe")
    } == {"/health"}


@pytest.mark.parametrize("user", USERS)
def test_a_gateway_starts_once_azure_lets_it_in_and_finds_the_account(user: str) -> None:
    graph = azure_data()
    before = graph.before(graph.one("apps/v1:Deployment", f"blob-{user}"))
    assert f"azure-native:authorization:RoleAssignment ml-blob-{user}" in before
    assert f"azure-native:managedidentity:FederatedIdentityCredential ml-blob-{user}-kubeflow" in before
    assert {
        "azure-native:storage:BlobContainer ml-objects",
        "azure-native:network:PrivateDnsZoneGroup ml-objects",
    } <= before


_KUBEFLOW = {"kubernetes.io/metadata.name": "kubeflow"}
_PAGES_PODS = {
    "namespaceSelector": {"matchLabels": _KUBEFLOW},
    "podSelector": {"matchLabels": {"app": PAGES_APP}},
}


@pytest.mark.parametrize(
    ("user", "callers"),
    [
        (OWNER, [_PAGES_PODS | {"podSelector": {"matchLabels": {"app": "ml-pipeline"}}}]),
        (PAGES, [_PAGES_PODS]),
        (
            TEAM,
            [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": TEAM}}}, _PAGES_PODS],
        ),
    ],
)
def test_only_those_who_have_the_keys_reach_a_gateway(user: str, callers: list[object]) -> None:
    policy = azure_data().one("networking.k8s.io/v1:NetworkPolicy", f"blob-{user}").inputs["spec"]
    assert policy["podSelector"]["matchLabels"].items() <= _pod(user)["metadata"]["labels"].items()
    (rule,) = policy["ingress"]
    assert [one["port"] for one in rule["ports"]] == [9000]
    assert rule["from"] == callers


@pytest.mark.parametrize("user", USERS)
def test_a_gateway_reaches_names_the_mesh_and_https_only(user: str) -> None:
    policy = azure_data().one("networking.k8s.io/v1:NetworkPolicy", f"blob-{user}").inputs["spec"]
    assert sorted({one["port"] for rule in policy["egress"] for one in rule["ports"]}) == [53, 443, 15012]


def test_the_mesh_knows_kubeflows_own_programs_and_teams_by_their_keys() -> None:
    at_port = {"operation": {"ports": ["9000"]}}

    def rules(user: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (
            azure_data().one("AuthorizationPolicy", f"blob-{user}").inputs["spec"]["rules"]
        )
        return found

    (owner,) = rules(OWNER)
    assert owner["from"] == [{"source": {"principals": ["cluster.local/ns/kubeflow/sa/ml-pipeline"]}}]
    assert owner["to"] == [at_port]
    assert rules(TEAM) == [{"to": [at_port]}]


def test_what_a_stack_says_of_gateways_is_what_it_gets() -> None:
    graph = azure_data(
        objectStore={"name": BUCKET, "gateway": {"replicas": 2, "requests": {"cpu": "1", "memory": "1Gi"}}}
    )
    made = graph.one("apps/v1:Deployment", f"blob-{TEAM}").inputs["spec"]
    assert made["replicas"] == 2
    (container,) = made["template"]["spec"]["containers"]
    assert container["resources"]["requests"] == {"cpu": "1", "memory": "1Gi"}


def test_runs_and_pages_open_the_bucket_by_keys_at_the_gateway() -> None:
    store = stores()[TEAM]
    assert not store.keyless
    assert pipeline_root(RUNS, store, TEAM) == f"minio://{BUCKET}/private-artifacts/vision/v2/artifacts"
    assert "endpoint: blob-vision.kubeflow:9000" in launcher_config(RUNS, store, TEAM)["providers"]
    repository = artifact_repository(RUNS, store, TEAM)["s3"]
    assert isinstance(repository, dict)
    assert repository["endpoint"] == "blob-vision.kubeflow:9000"
    assert repository["accessKeySecret"] == {"name": "mlpipeline-minio-artifact", "key": "accesskey"}
    assert store_environment(stores()[PAGES], "mlpipeline-minio-pages")["MINIO_HOST"] == (
        "blob-kubeflow-pipelines-pages.kubeflow"
    )
