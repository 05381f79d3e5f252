"""Databases, buckets, and the services that hold what teams make."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pulumi


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Who signs the certificates of a server, in a ConfigMap in the namespace of whoever uses the server.

    Attributes:
        config_map: its name. Its key `ca.crt` holds one certificate or several, in PEM.
        revision: another text when they are others: it restarts what reads them.
        names_host: whether the server's certificate is for `Database.host`. Where it is not (an authority of
            one server alone), programs check who signed it, if they can do that without the name.
    """

    config_map: pulumi.Output[str]
    revision: pulumi.Input[str]
    names_host: bool = True


@dataclass(frozen=True, kw_only=True)
class Database:
    """A SQL database and the Secret, in the namespace of whoever uses it, that opens it.

    Attributes:
        host, port: its address as pods reach it.
        name: the database (schema) that belongs to the user of this contract.
        secret: name of the Secret with user name and password, under `user_key` and `password_key`.
        tls: whether connections must be encrypted.
        authority: by whom the server's certificate is checked; None believes whoever answers.
        revision: no secret, and another text when the password is another: in the annotations of a pod it
            restarts what reads the Secret as environment.
        ready: the leaf after which it answers.
    """

    engine: Literal["mysql", "postgresql"]
    host: pulumi.Input[str]
    port: int
    name: str
    secret: pulumi.Output[str]
    user_key: str
    password_key: str
    ready: pulumi.Resource
    revision: pulumi.Input[str] = ""
    tls: bool = False
    authority: Authority | None = None

    @property
    def made_with(self) -> pulumi.Input[str]:
        """Another text when the password or the authority is another; empty where nothing tells."""
        if self.authority is None:
            return self.revision
        return pulumi.Output.concat(self.revision, "-", self.authority.revision)


@dataclass(frozen=True, kw_only=True)
class ObjectStore:
    """A bucket, and what opens it.

    Attributes:
        scheme: how addresses of its objects begin, by which runs and pages know how to open it: `minio` by
            the S3 protocol with keys, `s3` by AWS's chain of credentials, `gs` by Google's. With `gs` keys
            are for what a program reads by the S3 protocol nevertheless.
        host, port, secure: its address as pods reach it; `secure` means HTTPS.
        secret: name of a Secret in Kubeflow's namespace with both keys under the two names given.
        access_key, secret_key: the keys themselves (secret Outputs), for Secrets in other namespaces.
        keyless: there are no keys, and all that is said of them is empty: the bucket is opened by the
            identity that the cloud gives to pods of the service account which this contract is for. A pod
            that starts before `ready` has none.
        revision: no secret, and another text when the keys are others.
        account_annotations: what the cloud wants on the service account in order to give its pods that
            identity.
        pod_labels: what the cloud wants on the pods too; without them it leaves a pod alone.
        environment: variables by which such pods find the bucket with the cloud's own tools.
        ready: the leaf after which it answers.
    """

    host: str
    port: int
    secure: bool
    region: str
    bucket: str
    secret: pulumi.Output[str]
    access_key_name: str
    secret_key_name: str
    access_key: pulumi.Output[str]
    secret_key: pulumi.Output[str]
    ready: pulumi.Resource
    revision: pulumi.Input[str] = ""
    keyless: bool = False
    scheme: Literal["minio", "s3", "gs"] = "minio"
    account_annotations: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    pod_labels: Mapping[str, str] = field(default_factory=dict[str, str])
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])


@dataclass(frozen=True, kw_only=True)
class PipelinesService:
    """Kubeflow Pipelines, as the namespaces of teams see it.

    Attributes:
        host, port: the API over HTTP. Programs in teams' namespaces show it a token of their service account.
        metadata_host, metadata_port: ML Metadata over gRPC.
        ready: the leaf after which the API answers.
    """

    host: str
    port: int
    metadata_host: str
    metadata_port: int
    ready: pulumi.Resource
