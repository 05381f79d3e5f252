"""Asks the API server of a simulated cluster, as its administrator or as one of its service accounts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from kubernetes import client, config

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the server said.

    Attributes:
        status: HTTP status code.
        body: the object, or a meta/v1 Status.
        warnings: the texts of its header `Warning`, empty where there are none.
    """

    status: int
    body: Mapping[str, Any]
    warnings: str


@dataclass(frozen=True)
class Server:
    """An API server, and as whom it is asked: the administrator of a kubeconfig, or the bearer of a token.

    Attributes:
        api: a client with the administrator's certificate; its library is untyped.
        anonymous: one without, which a token is sent by: a certificate would count more.
    """

    api: Any
    anonymous: Any
    token: str = ""

    @classmethod
    def of(cls, kubeconfig: str) -> Self:
        """The server of a kubeconfig, asked as its user."""
        api: Any = config.new_client_from_config(kubeconfig)  # pyright: ignore[reportUnknownMemberType] # untyped there
        nobody = client.Configuration()
        nobody.host, nobody.ssl_ca_cert = api.configuration.host, api.configuration.ssl_ca_cert
        return cls(api, client.ApiClient(nobody))

    def account(self, namespace: str, name: str) -> Self:
        """The same server, asked as a service account, by a token that it issues for it."""
        answer = self.create(
            f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token",
            {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}},
        )
        assert answer.status == 201, answer
        return replace(self, token=answer.body["status"]["token"])

    def create(self, path: str, body: Object) -> Answer:
        """Post an object to a path of the API, with the query that stands in it."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        api = self.api
        if self.token:
            api, headers["Authorization"] = self.anonymous, f"Bearer {self.token}"
        said = api.call_api("POST", api.configuration.host + path, headers, body)
        text = said.read()
        return Answer(said.status, json.loads(text), said.getheader("Warning") or "")

    def user(self) -> str:
        """The name by which the server knows who asks."""
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        answer = self.create("/apis/authentication.k8s.io/v1/selfsubjectreviews", body)
        assert answer.status == 201, answer
        return answer.body["status"]["userInfo"]["username"]
