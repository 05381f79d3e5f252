"""Servers of databases and objects in the cluster: what all of them are held to."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from pydantic import ValidationError

from components.contracts import Offer
from components.storage import DatabaseSettings, MySQL
from tests.components.storage import database_args, kinds, learned, mysql, pod, postgresql, seaweedfs
from tests.support.alone import Surroundings, declare
from tests.support.render import Rendered


@pytest.mark.parametrize("kind", ["mysql", "postgresql", "seaweedfs"])
def test_a_server_owns_its_volume_alone_and_has_no_token_of_the_cluster(kind: str) -> None:
    rendered = kinds()[kind]
    (deployment,) = rendered.of("Deployment")
    assert deployment["spec"]["strategy"] == {"type": "Recreate"}
    assert deployment["spec"]["replicas"] == 1
    assert pod(rendered)["automountServiceAccountToken"] is False
    (account,) = rendered.of("ServiceAccount")
    assert account["automountServiceAccountToken"] is False
    for container in [*pod(rendered).get("initContainers", []), *pod(rendered)["containers"]]:
        security = container["securityContext"]
        assert security["runAsUser"] > 0
        assert security["readOnlyRootFilesystem"] is True
        assert security["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize("kind", ["mysql", "postgresql", "seaweedfs"])
def test_no_password_stands_outside_of_a_secret(kind: str) -> None:
    rendered = kinds()[kind]
    others = [one for one in rendered.objects if one["kind"] != "Secret"]
    assert "value-of-" not in json.dumps(others)
    assert "value-of-" in json.dumps(rendered.of("Secret"))


@pytest.mark.parametrize("build", [mysql, postgresql, seaweedfs])
def test_a_second_pod_beside_the_owner_of_the_volume_is_refused(build: Callable[..., Rendered]) -> None:
    with pytest.raises(ValidationError, match="less than or equal to 1"):
        build(replicas=2)


def test_size_and_class_of_the_volume_are_settings_and_count_as_disk() -> None:
    settings = DatabaseSettings.model_validate({"volume": {"size": "7Gi", "storageClass": "fast"}})
    rendered = mysql(volume={"size": "7Gi", "storageClass": "fast"})
    claim = rendered.get("PersistentVolumeClaim", "db-claim")["spec"]
    assert claim["resources"]["requests"]["storage"] == "7Gi"
    assert claim["storageClassName"] == "fast"

    def offered(given: Surroundings) -> Offer:
        return MySQL("db", database_args(given, settings)).offer

    assert learned(offered).request.disk == 7


def test_without_a_mesh_the_pod_gets_no_sidecar_and_no_rules_are_declared() -> None:
    def build(given: Surroundings) -> None:
        MySQL("db", replace(database_args(given, DatabaseSettings()), mesh=None))

    rendered = declare(build)
    assert not rendered.of("AuthorizationPolicy")
    assert not rendered.of("DestinationRule")
    (deployment,) = rendered.of("Deployment")
    assert deployment["spec"]["template"]["metadata"]["labels"]["sidecar.istio.io/inject"] == "false"
