"""Certificates of database servers are checked, by each program as far as it can."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pulumi
import pytest

from components.contracts import Authority, Database
from components.kubeflow.pipelines import PipelinesDatabases
from components.settings_base import Settings, SettingsError
from components.storage.data_settings import CloudDatabaseSettings
from tests.components import katib, model_registry
from tests.storage.rds import aws_data, databases
from tests.support.certificates import certificate, private_key
from tests.support.pipelines import pipelines
from tests.support.render import Rendered

FOLDER = "/etc/database-authority"
GO = f"/etc/ssl/certs:{FOLDER}"


def _authority(*, names_host: bool) -> Authority:
    return Authority(
        config_map=pulumi.Output.from_input("db-authority"), revision="r1", names_host=names_host
    )


@cache
def _pipelines(*, names_host: bool) -> Rendered:
    def checked(given: Database) -> Database:
        return replace(given, tls=True, authority=_authority(names_host=names_host))

    def every(given: PipelinesDatabases) -> PipelinesDatabases:
        return PipelinesDatabases(
            pipelines=checked(given.pipelines), metadata=checked(given.metadata), cache=checked(given.cache)
        )

    return pipelines(databases=every)


def _pod(rendered: Rendered, name: str) -> Mapping[str, Any]:
    spec: Mapping[str, Any] = rendered.get("Deployment", name)["spec"]["template"]
    return spec


def _told(rendered: Rendered, name: str) -> dict[str, Any]:
    container = _pod(rendered, name)["spec"]["containers"][0]
    return {one["name"]: one.get("value") for one in container.get("env", [])}


MOUNTED = ["ml-pipeline", "cache-server", "metadata-grpc-deployment"]


@pytest.mark.parametrize("name", MOUNTED)
def test_each_program_of_pipelines_finds_the_authority_and_starts_again_with_another(name: str) -> None:
    pod = _pod(_pipelines(names_host=True), name)
    paths = {one["mountPath"]: one["name"] for one in pod["spec"]["containers"][0]["volumeMounts"]}
    volumes = {one["name"]: one.get("configMap") for one in pod["spec"]["volumes"]}
    assert volumes[paths[FOLDER]] == {"name": "db-authority"}
    assert "r1" in pod["metadata"]["annotations"]["slipway.dev/config-hash"]


def test_the_go_programs_of_pipelines_check_signature_and_name() -> None:
    rendered = _pipelines(names_host=True)
    config = rendered.get("ConfigMap", "ml-pipeline-config")["data"]["config.json"]
    assert '"ExtraParams": {\n    "tls": "true"' in config
    arguments = _pod(rendered, "cache-server")["spec"]["containers"][0]["args"]
    assert '--db_extra_params={"tls": "true"}' in arguments
    assert _told(rendered, "ml-pipeline")["SSL_CERT_DIR"] == GO
    assert _told(rendered, "cache-server")["SSL_CERT_DIR"] == GO


def test_a_go_program_that_could_not_compare_the_name_encrypts_without_a_check() -> None:
    rendered = _pipelines(names_host=False)
    assert '"tls": "skip-verify"' in rendered.get("ConfigMap", "ml-pipeline-config")["data"]["config.json"]
    assert "SSL_CERT_DIR" not in _told(rendered, "ml-pipeline")


@pytest.mark.parametrize("names_host", [True, False])
def test_ml_metadata_checks_the_signature_and_where_it_can_the_name(names_host: bool) -> None:
    checks = _told(_pipelines(names_host=names_host), "metadata-grpc-deployment")["CHECKS"]
    assert checks == f'ca: "{FOLDER}/ca.crt" verify_server_cert: {str(names_host).lower()}'


@pytest.mark.parametrize(("names_host", "mode"), [(True, "verify-full"), (False, "verify-ca")])
def test_programs_with_postgresql_check_the_signature_and_where_they_can_the_name(
    names_host: bool, mode: str
) -> None:
    given = {"tls": True, "authority": _authority(names_host=names_host)}
    registry = model_registry.declared(store=given, catalog_store=given)
    for name in ("model-registry-deployment", "model-catalog-server"):
        told = _told(registry, name)
        assert (told["PGSSLMODE"], told["PGSSLROOTCERT"]) == (mode, f"{FOLDER}/ca.crt")
    trials = katib.declared(store={"engine": "postgresql", "port": 5432, **given})
    told = _told(trials, "katib-db-manager")
    assert (told["KATIB_POSTGRESQL_SSL_MODE"], told["PGSSLROOTCERT"]) == (mode, f"{FOLDER}/ca.crt")


def test_the_certificates_of_rds_reach_who_makes_databases_and_who_uses_them() -> None:
    given = certificate()
    graph = aws_data(database={"authority": given})
    found = graph.one("kubernetes:core/v1:ConfigMap", "mysql-authority").inputs
    assert found["data"] == {"ca.crt": given}
    pod = graph.one("kubernetes:batch/v1:Job", "mysql-prepare").inputs["spec"]["template"]["spec"]
    told = {one["name"]: one.get("value") for one in pod["containers"][0]["env"]}
    assert (told["SSL_MODE"], told["SSL_CA"]) == ("VERIFY_IDENTITY", f"{FOLDER}/ca.crt")
    assert all(one.authority for one in databases(database={"authority": given}).values())


def test_without_certificates_there_is_nothing_to_check_by() -> None:
    assert not any(one.name.endswith("-authority") for one in aws_data().of("core/v1:ConfigMap"))
    assert all(one.tls and one.authority is None for one in databases().values())


class _Wrong(Settings):
    database: CloudDatabaseSettings


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no certificate in PEM"),
        ("rds-ca-rsa2048-g1", "no certificate in PEM"),
        (
            "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----",
            "no certificate",
        ),
        (certificate().replace("-----END CERTIFICATE-----", ""), "no certificate in PEM"),
        (f"{certificate()}{private_key()}", "a private key stands beside the certificates"),
    ],
    ids=["empty", "a-name", "no-certificate", "cut-off", "with-its-key"],
)
def test_what_is_no_certificate_is_refused(text: str, says: str) -> None:
    with pytest.raises((SettingsError, ValueError), match=says):
        _Wrong.model_validate({"database": {"authority": text}})
