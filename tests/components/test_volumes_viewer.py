"""The file browser of a volume: what the web app makes of the template that it is given."""

import os
from collections.abc import Mapping
from string import Template
from typing import Any

import pytest
import yaml

from components.contracts import NodePool, Taint
from components.kubeflow.volumes import VolumesSettings
from components.kubeflow.volumes.viewer import viewer_spec
from tests.components.test_volumes import volumes
from tests.support.validation import strict_errors

POOL = NodePool(
    name="files",
    min_nodes=1,
    max_nodes=1,
    cpu="4",
    memory="8Gi",
    labels={"pool": "files"},
    taints=(Taint(key="price", value="$5"),),
)
WEB_APP = "volumes-web-app-deployment"


def viewer(**settings: object) -> dict[str, Any]:
    """The PVCViewer of the volume `data` of team `vision`, made as the web app makes it.

    Source: create_viewer_template in volumes/backend/apps/common/viewer.py of kubeflow/notebooks v1.11.0.
    """
    rendered = volumes(viewer=settings)
    template = rendered.get("ConfigMap", "volumes-web-app-viewer-spec")["data"]["viewer-spec.yaml"]
    (program,) = rendered.get("Deployment", WEB_APP)["spec"]["template"]["spec"]["containers"]
    variables = {one["name"]: one["value"] for one in program["env"]}
    return filled(template, variables)


def filled(template: str, variables: Mapping[str, str]) -> dict[str, Any]:
    known = {**os.environ, **variables, "PVC_NAME": "data", "NAME": "data", "NAMESPACE": "vision"}

    def fill(value: Any) -> Any:  # noqa: ANN401 - any YAML
        match value:
            case dict():
                return {key: fill(one) for key, one in value.items()}  # pyright: ignore[reportUnknownVariableType]
            case list():
                return [fill(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
            case str():
                return Template(value).substitute(known)
            case _:
                return value

    return {
        "apiVersion": "kubeflow.org/v1alpha1",
        "kind": "PVCViewer",
        "metadata": {"name": "data", "namespace": "vision"},
        "spec": fill(yaml.safe_load(template)),
    }


def container(made: Mapping[str, Any]) -> Mapping[str, Any]:
    (only,) = made["spec"]["podSpec"]["containers"]
    return only


def pod(made: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "data", "namespace": "vision"},
        "spec": made["spec"]["podSpec"],
    }


def test_what_the_web_app_makes_is_a_viewer_whose_pod_an_api_server_takes() -> None:
    made = viewer()
    assert strict_errors(made) == []
    assert strict_errors(pod(made)) == []
    made["spec"]["podSpec"]["containers"][0]["imagee"] = "x"
    assert strict_errors(pod(made))


def test_it_opens_the_volume_that_was_asked_for() -> None:
    made = viewer()
    assert made["spec"]["pvc"] == "data"
    (claim,) = [one for one in made["spec"]["podSpec"]["volumes"] if "persistentVolumeClaim" in one]
    assert claim["persistentVolumeClaim"] == {"claimName": "data"}
    (mount,) = [one for one in container(made)["volumeMounts"] if one["name"] == claim["name"]]
    assert mount["mountPath"] == container(made)["workingDir"]


def test_it_answers_where_the_controller_routes_to() -> None:
    made = viewer()
    networking = made["spec"]["networking"]
    variables = {one["name"]: one["value"] for one in container(made)["env"]}
    assert variables["FB_BASEURL"] == f"{networking['basePrefix']}/vision/data/"
    assert variables["FB_PORT"] == str(networking["targetPort"])


def test_it_is_the_image_of_the_release_unless_the_stack_names_another() -> None:
    assert container(viewer())["image"] == "filebrowser/filebrowser:v2.32.0"
    assert container(viewer(image="example.com/files:1"))["image"] == "example.com/files:1"


def test_who_opens_a_volume_gets_no_shell_and_no_token_of_the_team() -> None:
    made = viewer()
    assert "--disable-exec" in container(made)["args"]
    assert made["spec"]["podSpec"]["automountServiceAccountToken"] is False


def test_its_pod_fits_the_strictest_pod_security_standard() -> None:
    made = viewer()
    context, own = made["spec"]["podSpec"]["securityContext"], container(made)["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own["allowPrivilegeEscalation"] is False
    assert own["capabilities"] == {"drop": ["ALL"]}


def test_user_and_group_are_left_to_a_cluster_that_assigns_them() -> None:
    made = viewer(user=None, group=None)
    assert made["spec"]["podSpec"]["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}}


@pytest.mark.parametrize("read_only", [True, False])
def test_whether_people_may_change_files_is_a_setting(read_only: bool) -> None:
    (mount,) = [
        one for one in container(viewer(readOnly=read_only))["volumeMounts"] if one["mountPath"] == "/srv"
    ]
    assert mount["readOnly"] is read_only


def test_it_runs_on_the_node_pool_that_the_stack_names_whatever_its_taints_say() -> None:
    settings = VolumesSettings.model_validate({"viewer": {"placement": {"nodePool": "files"}}}).viewer
    made = filled(viewer_spec(settings, [POOL]), {"VOLUME_VIEWER_IMAGE": "x"})
    assert made["spec"]["podSpec"]["nodeSelector"] == {"pool": "files"}
    assert made["spec"]["podSpec"]["tolerations"] == [
        {"key": "price", "operator": "Equal", "value": "$5", "effect": "NoSchedule"}
    ]


def test_a_change_of_the_template_restarts_the_web_app() -> None:
    def digest(**settings: object) -> str:
        template = volumes(viewer=settings).get("Deployment", WEB_APP)["spec"]["template"]
        return template["metadata"]["annotations"]["slipway.dev/config-hash"]

    assert digest() != digest(timeout="1h")


def test_a_viewer_that_says_nothing_of_its_pod_gets_that_of_the_web_app() -> None:
    rendered = volumes(viewer={"image": "here/browser:1"})
    (config,) = [
        one for one in rendered.of("ConfigMap") if one["metadata"]["name"] == "pvcviewer-default-pod"
    ]
    pod = yaml.safe_load(config["data"]["default-pod.yaml"])
    # What the webhook adds.
    pod["volumes"].insert(0, {"name": "viewer-volume", "persistentVolumeClaim": {"claimName": "data"}})
    (program,) = pod["containers"]
    variables = {one["name"]: one for one in program["env"]}
    assert variables.pop("VIEWER_NAMESPACE")["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.namespace"}}
    label = "metadata.labels['app.kubernetes.io/name']"
    assert variables.pop("VIEWER_NAME")["valueFrom"] == {"fieldRef": {"fieldPath": label}}
    address = variables["FB_BASEURL"]["value"]
    address = address.replace("$(VIEWER_NAMESPACE)", "vision").replace("$(VIEWER_NAME)", "data")
    variables["FB_BASEURL"]["value"] = address
    program["env"] = list(variables.values())
    assert pod == viewer(image="here/browser:1")["spec"]["podSpec"]


def test_the_controller_reads_that_pod_where_it_is_mounted() -> None:
    pod = volumes().get("Deployment", "pvcviewer-controller-manager")["spec"]["template"]["spec"]
    (manager,) = [one for one in pod["containers"] if one["name"] == "manager"]
    path = {one["name"]: one.get("value") for one in manager["env"]}["DEFAULT_POD_SPEC_PATH"]
    (mount,) = [one for one in manager["volumeMounts"] if path.startswith(f"{one['mountPath']}/")]
    (volume,) = [one for one in pod["volumes"] if one["name"] == mount["name"]]
    data = volumes().get("ConfigMap", volume["configMap"]["name"])["data"]
    assert path.removeprefix(f"{mount['mountPath']}/") in data
