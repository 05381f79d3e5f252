"""What a team gets, and what access management and the profile controller find of it."""

from typing import Any

import pytest
import yaml

from components.components_settings import ComponentsSettings
from components.kubeflow.profiles.component import LABELS_FILE
from components.platform_settings import platform_settings
from components.settings_base import SettingsError
from tests.support.render import Rendered, render
from tests.teams.stack import LANGUAGE, MODEL, VISION, of, settings, teams

PAGES = "cluster.local/ns/kubeflow/sa/ml-pipeline-ui"


@pytest.fixture(scope="module")
def vision() -> dict[str, Any]:
    return of(teams(), "vision")


def test_a_namespace_names_its_owner_as_the_controller_wants_it(vision: dict[str, Any]) -> None:
    metadata = vision["Namespace/vision"]["metadata"]
    assert metadata["annotations"]["owner"] == vision["Profile/vision"]["spec"]["owner"]["name"]
    assert metadata["labels"]["istio-injection"] == "enabled"
    assert metadata["labels"]["pod-security.kubernetes.io/enforce"] == "baseline"
    assert metadata["labels"]["cost-center"] == "4711"


def test_the_controller_finds_no_label_to_add() -> None:
    rendered = teams("katib", "pipelines")
    data = rendered.get("ConfigMap", "profiles-namespace-labels-data")["data"]
    wanted: dict[str, str] = yaml.safe_load(data[LABELS_FILE])
    assert "katib.kubeflow.org/metrics-collector-injection" in wanted
    for name in ("vision", "language"):
        assert set(wanted) <= set(rendered.get("Namespace", name)["metadata"]["labels"])


def test_a_label_that_the_controller_would_take_away_is_not_declared() -> None:
    profiles = {"namespaceLabels": {"istio-injection": ""}}
    labels = render(settings(), profiles=profiles).get("Namespace", "vision")["metadata"]["labels"]
    assert "istio-injection" not in labels


def test_a_person_is_bound_as_access_management_writes_it(vision: dict[str, Any]) -> None:
    name = "user-bob-b-example-com-clusterrole-edit"
    binding, policy = vision[f"RoleBinding/{name}"], vision[f"AuthorizationPolicy/{name}"]
    told = {"user": "bob.b@example.com", "role": "edit"}
    assert binding["metadata"]["annotations"] == policy["metadata"]["annotations"] == told
    assert binding["roleRef"]["name"] == "kubeflow-edit"
    assert [(one["kind"], one["name"]) for one in binding["subjects"]] == [("User", "bob.b@example.com")]
    (rule,) = policy["spec"]["rules"]
    assert rule["when"] == [{"key": "request.headers[kubeflow-userid]", "values": ["bob.b@example.com"]}]
    assert rule["from"][0]["source"]["principals"][1] == PAGES


def test_a_group_is_bound_without_what_access_management_takes_for_people(vision: dict[str, Any]) -> None:
    name = "group-vision-engineers-clusterrole-edit"
    binding = vision[f"RoleBinding/{name}"]
    assert "annotations" not in binding["metadata"]
    assert [one["kind"] for one in binding["subjects"]] == ["Group"]
    (when,) = vision[f"AuthorizationPolicy/{name}"]["spec"]["rules"][0]["when"]
    assert when["key"] == "request.headers[kubeflow-groups]"
    assert "vision-engineers" in when["values"]
    assert all("vision-engineers" in value for value in when["values"])


def test_nobody_of_one_team_is_bound_in_another() -> None:
    there = str(of(teams(), "language"))
    assert "dana@example.com" in there
    assert not [one for one in ("ann@", "bob.b@", "cleo@", "vision") if one in there]


def test_quota_and_profile_say_the_same(vision: dict[str, Any]) -> None:
    hard = vision["ResourceQuota/kf-resource-quota"]["spec"]["hard"]
    assert hard == vision["Profile/vision"]["spec"]["resourceQuotaSpec"]["hard"]
    assert hard == {
        "requests.cpu": "64",
        "requests.memory": "256Gi",
        "requests.storage": "2Ti",
        "persistentvolumeclaims": "20",
        "requests.nvidia.com/gpu": "4",
    }


def test_a_team_without_quota_has_none() -> None:
    there = of(teams(), "language")
    assert "ResourceQuota/kf-resource-quota" not in there
    assert "resourceQuotaSpec" not in there["Profile/language"]["spec"]


def test_containers_that_say_nothing_reserve_something(vision: dict[str, Any]) -> None:
    (container,) = vision["LimitRange/team-limits"]["spec"]["limits"]
    assert container == {"type": "Container", "defaultRequest": {"cpu": "50m", "memory": "128Mi"}}


def test_pods_of_other_teams_do_not_reach_a_team() -> None:
    rendered = teams(addons={"prometheus": {"enabled": True}})
    policy = of(rendered, "vision")["NetworkPolicy/team-isolation"]
    assert policy["spec"]["podSelector"] == {}
    (rule,) = policy["spec"]["ingress"]
    assert rule["from"][0] == {"podSelector": {}}
    named = [
        {**one["namespaceSelector"]["matchLabels"], **one["podSelector"]["matchLabels"]}
        for one in rule["from"][1:]
    ]
    gateway, prometheus = ("istio-system", "ingressgateway"), ("monitoring", "prometheus")
    assert [tuple(one.values()) for one in named] == [gateway, prometheus]


def test_every_pod_gets_proxy_and_mirror_and_others_only_who_asks() -> None:
    defaults = {
        "proxy": {"http": "http://proxy.example.com:3128", "without": ["10.0.0.0/8"]},
        "pipMirror": "https://pip.example.com/simple",
        "podDefaults": {"hub-token": {"secretFiles": {"/var/run/hub": "hub"}}},
    }
    there = of(teams(teamDefaults=defaults), "vision")
    proxy, token = there["PodDefault/proxy"]["spec"], there["PodDefault/hub-token"]["spec"]
    assert proxy["selector"] == {"matchLabels": {}}
    variables = {one["name"]: one["value"] for one in proxy["env"]}
    assert variables["HTTPS_PROXY"] == "http://proxy.example.com:3128"
    assert variables["no_proxy"].endswith(".svc,.cluster.local,10.0.0.0/8")
    assert token["selector"] == {"matchLabels": {"hub-token": "true"}}
    assert token["volumeMounts"][0]["name"] == token["volumes"][0]["name"]
    assert there["PodDefault/pip-mirror"]["spec"]["env"][0]["name"] == "PIP_INDEX_URL"


def test_only_teams_with_chosen_pools_are_held_to_them() -> None:
    rendered = teams()
    mark = "slipway.dev/node-pools"
    (binding,) = rendered.of("ValidatingAdmissionPolicyBinding")
    assert binding["spec"]["matchResources"]["namespaceSelector"]["matchLabels"] == {mark: "restricted"}
    assert rendered.get("Namespace", "language")["metadata"]["labels"][mark] == "restricted"
    assert mark not in rendered.get("Namespace", "vision")["metadata"]["labels"]


def test_queues_share_devices_by_model() -> None:
    rendered = teams(addons={"kueue": {"enabled": True}})
    there = of(rendered, "vision")
    assert there["LocalQueue/team"]["spec"]["clusterQueue"] == "vision"
    (group,) = there["ClusterQueue/vision"]["spec"]["resourceGroups"]
    shares = {
        flavor["name"]: {one["name"]: one["nominalQuota"] for one in flavor["resources"]}
        for flavor in group["flavors"]
    }
    assert shares["gpu"]["nvidia.com/gpu"] == "4"
    assert shares["system"]["nvidia.com/gpu"] == "0"
    assert shares["system"]["cpu"] == "16000m"
    assert rendered.names("ResourceFlavor") == {"system", "gpu"}
    (other,) = of(rendered, "language")["ClusterQueue/language"]["spec"]["resourceGroups"]
    assert [flavor["name"] for flavor in other["flavors"]] == ["system"]


def test_runs_of_a_team_open_the_bucket_with_its_own_keys() -> None:
    rendered = teams("pipelines")
    assert "Secret/mlpipeline-minio-artifact" in of(rendered, "vision")
    identities = rendered.get("Secret", "seaweedfs-identities")["stringData"]["identities.json"]
    assert '"name": "vision"' in identities
    assert '"name": "language"' in identities


def test_a_team_is_at_most_22_objects_with_everything_on() -> None:
    rendered = render(settings())
    assert len(of(rendered, "language")) <= 22


def test_the_output_tells_who_is_in_which_team() -> None:
    told = teams().outputs["teams"]
    assert told["vision"]["members"] == {"bob.b@example.com": "edit", "cleo@example.com": "view"}
    assert told["language"]["nodePools"] == ["system"]
    assert told["vision"]["nodePools"] == ["system", "gpu"]


def test_data_is_kept_on_clusters_that_stay_and_not_on_this_machine() -> None:
    existing = {"provider": "existing", "kubeconfigFile": "there"}
    given = {"cluster": existing, "teams": {"language": {"owner": "dana@example.com"}}}
    assert platform_settings(given).keeps_data
    assert not platform_settings(settings()).keeps_data
    assert platform_settings(settings(teamDefaults={"keepData": True})).keeps_data


def test_a_team_that_is_being_deleted_is_not_kept() -> None:
    deleting = {**VISION, "state": "deleting"}
    told = teams(teamDefaults={"keepData": True}, teams={"vision": deleting, "language": LANGUAGE})
    assert told.outputs["teams"]["vision"]["dataIsKept"] is False
    assert told.outputs["teams"]["language"]["dataIsKept"] is True


def test_a_stack_without_profiles_has_nothing_of_teams() -> None:
    off: dict[str, Any] = {name: {"enabled": False} for name in ComponentsSettings().enabled()}
    rendered: Rendered = render({"cluster": settings()["cluster"], "components": off})
    assert rendered.of("ValidatingAdmissionPolicy") == []
    assert rendered.outputs["teams"] == {}


def test_a_quota_of_all_teams_counts_only_devices_that_a_team_may_use() -> None:
    defaults = {"quota": {"pods": 50, "gpus": {MODEL: 2}}}
    rendered = teams(teamDefaults=defaults)
    hard = of(rendered, "language")["ResourceQuota/kf-resource-quota"]["spec"]["hard"]
    assert hard == {"pods": "50"}


def test_no_team_can_have_a_namespace_of_the_platform() -> None:
    addons = {name: {"enabled": True} for name in ("knative", "kueue", "kuberay", "prometheus")}
    rendered = render(settings(addons=addons, teams={}))
    told: dict[str, dict[str, list[str]]] = rendered.outputs["components"]
    places = {place for one in told.values() for place in one["namespaces"]} | rendered.names("Namespace")
    assert {"auth", "istio-system", "kubeflow", "kueue-system", "monitoring"} <= places
    owned = {"owner": "ann@example.com"}
    for place in places:
        with pytest.raises(SettingsError, match=f"teams.{place}: found the name of a namespace"):
            platform_settings(settings(teams={place: owned}))
    assert platform_settings(settings(teams={"kubeflow-user-example-com": owned})).teams
