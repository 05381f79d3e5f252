"""`production` has two pods where a program supports it and keeps them up; `laptop` has one of everything."""

from collections.abc import Iterator

from components.components_settings import ComponentsSettings
from components.kube.settings import ProgramSettings, WorkloadSettings
from components.platform_settings import PlatformSettings
from components.settings_base import Settings

from .shipped import changed, checked, plain, pod, rendered

ONE_POD = {
    # Each alters the tables at its start, without a lock.
    "components.pipelines.apiServer",
    "components.pipelines.metadataServer",
    # Each writes an entry for every step.
    "components.pipelines.cache",
    # In the namespaces of teams, which decide for themselves.
    "components.pipelines.artifactsProxy",
    # Elects no leader.
    "components.serving.localModels.controller",
}


def programs(settings: Settings, path: str) -> Iterator[tuple[str, ProgramSettings]]:
    for name, field in type(settings).model_fields.items():
        value, at = getattr(settings, name), f"{path}.{field.alias or name}"
        if isinstance(value, ProgramSettings):
            yield at, value
        if isinstance(value, Settings):
            yield from programs(value, at)


def several(settings: WorkloadSettings) -> bool:
    """Whether the settings allow more than one pod."""
    try:
        type(settings).model_validate({**settings.model_dump(), "replicas": 2})
    except ValueError:
        return False
    return True


def test_production_has_two_pods_of_every_program_that_may_have_them_but_for_those_known() -> None:
    found = {
        path: one.replicas
        for path, one in programs(checked("production").components, "components")
        if isinstance(one, WorkloadSettings) and several(one)
    }
    assert {path for path, replicas in found.items() if replicas < 2} == ONE_POD


def test_production_gives_each_program_of_several_pods_a_budget_and_the_others_none() -> None:
    after = rendered("production")
    replicas = {one["metadata"]["name"]: one["spec"]["replicas"] for one in after.of("Deployment")}
    assert after.names("PodDisruptionBudget") == {name for name, count in replicas.items() if count > 1}
    for budget in after.of("PodDisruptionBudget"):
        deployed = after.get("Deployment", budget["metadata"]["name"])
        assert budget["spec"]["selector"] == deployed["spec"]["selector"]
        assert budget["spec"]["maxUnavailable"] == 1


def test_production_spreads_pods_over_zones_and_nodes_without_insisting() -> None:
    constraints = pod(rendered("production").get("Deployment", "dashboard"))["topologySpreadConstraints"]
    assert [one["topologyKey"] for one in constraints] == [
        "topology.kubernetes.io/zone",
        "kubernetes.io/hostname",
    ]
    assert {one["whenUnsatisfiable"] for one in constraints} == {"ScheduleAnyway"}
    assert {tuple(one["labelSelector"]["matchLabels"]) for one in constraints} == {("app",)}


def test_production_puts_the_pods_of_the_platform_before_those_of_people() -> None:
    after = rendered("production")
    assert after.get("PriorityClass", "slipway-platform")["value"] == 1000000
    assert {pod(one)["priorityClassName"] for one in after.of("Deployment")} == {"slipway-platform"}
    assert "PriorityClass/slipway-platform" in after.before("Deployment", "dashboard")


def test_production_leaves_all_else_alone() -> None:
    new, gone, other = changed(plain(), rendered("production"))
    assert {one.split()[0] for one in new} == {"PodDisruptionBudget", "PriorityClass"}
    assert not gone
    assert {one.split()[0] for one in other} == {"Deployment"}


def test_a_stack_that_asks_for_nothing_has_no_object_more() -> None:
    found = plain()
    assert found.names("PodDisruptionBudget") == {"dex", "oauth2-proxy"}
    assert not found.of("PriorityClass")
    assert not [one for one in found.of("Deployment") if "topologySpreadConstraints" in pod(one)]


def test_the_stack_decides_how_many_pods_a_program_of_production_has() -> None:
    components = {"dashboard": {"server": {"replicas": 5}}, "profiles": {"controller": {"replicas": 1}}}
    after = rendered("production", components=components)
    assert after.get("Deployment", "dashboard")["spec"]["replicas"] == 5
    assert "profiles-deployment" not in after.names("PodDisruptionBudget")


def test_laptop_has_one_pod_of_everything() -> None:
    after = rendered("laptop")
    assert {one["spec"]["replicas"] for one in after.of("Deployment")} == {1}
    assert not after.of("PodDisruptionBudget")
    assert checked("laptop").addons.replicas == 1


def reserved(settings: PlatformSettings) -> dict[str, tuple[str | None, str | None]]:
    return {
        path: (one.requests.cpu, one.requests.memory)
        for path, one in programs(settings.components, "components")
    }


def test_laptop_reserves_less() -> None:
    before, after = plain().outputs["footprint"]["total"], rendered("laptop").outputs["footprint"]["total"]
    assert after["cpu"] < before["cpu"]
    everything = {name: {"enabled": True} for name in ComponentsSettings().enabled()}
    less, more = reserved(checked("laptop", components=everything)), reserved(checked(components=everything))
    assert less["components.pipelines.apiServer"] < more["components.pipelines.apiServer"]
    assert less["components.dashboard.server"] == more["components.dashboard.server"]


def test_laptop_leaves_all_else_alone() -> None:
    new, gone, other = changed(plain(), rendered("laptop"))
    assert not new
    assert gone == {"PodDisruptionBudget auth/dex", "PodDisruptionBudget oauth2-proxy/oauth2-proxy"}
    assert other == {"Deployment auth/dex", "Deployment oauth2-proxy/oauth2-proxy"}
