"""What the clouds answer to what a program asks them (Pulumi's functions, as the protocol calls them)."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml

from tests.clouds import simulation
from tests.clouds.account import Account
from tests.clouds.answers import Place
from tests.clouds.pools import AKS, cluster_name

# The Entra ID application of every AKS cluster's API server (learn.microsoft.com, kubelogin, November 2026).
_AKS_SERVER = "6dae42f8-4368-4678-94ff-3960e28e3630"

Inputs = Mapping[str, Any]


class UnansweredError(Exception):
    """A question that is not answered here, or about something that is not there."""


def answer(token: str, inputs: Inputs, place: Place, account: Account) -> dict[str, Any]:
    """Answer a question. Raises UnansweredError."""
    if token not in _ANSWERS:
        known = ", ".join(sorted(_ANSWERS))
        raise UnansweredError(f"the test plugin does not answer {token}; it answers {known}")
    return {**inputs, **_ANSWERS[token](inputs, place, account)}


def _zones(inputs: Inputs, place: Place, account: Account) -> dict[str, Any]:
    names = [f"{place.region}{one}" for one in "abc"]
    ids = [f"{place.region.replace('-', '')}-az{one}" for one in (1, 2, 3)]
    return {"id": place.region, "names": names, "zoneIds": ids, "groupNames": [place.region]}


def _caller(inputs: Inputs, place: Place, account: Account) -> dict[str, Any]:
    arn = f"arn:{place.partition}:iam::{place.account}:user/platform"
    return {"id": place.account, "accountId": place.account, "arn": arn, "userId": "AIDAEXAMPLE"}


def _partition(inputs: Inputs, place: Place, account: Account) -> dict[str, Any]:
    suffix = "amazonaws.com"
    return {
        "id": place.partition,
        "partition": place.partition,
        "dnsSuffix": suffix,
        "reverseDnsPrefix": "com.amazonaws",
    }


def _region(inputs: Inputs, place: Place, account: Account) -> dict[str, Any]:
    name = inputs.get("region") or place.region
    return {
        "id": name,
        "name": name,
        "region": name,
        "description": "",
        "endpoint": f"ec2.{name}.amazonaws.com",
    }


def _parameter(inputs: Inputs, place: Place, account: Account) -> dict[str, Any]:
    return {"id": inputs["name"], "arn": "", "type": "String", "value": "1.35.1-20260901", "version": 1}


def _policy(inputs: Inputs, place: Place, account: Account) -> dict[str, Any]:
    statements = [_statement(one) for one in inputs.get("statements") or ()]
    text = json.dumps({"Version": inputs.get("version") or "2012-10-17", "Statement": statements})
    return {"id": "1", "json": text, "minifiedJson": text}


def _statement(given: Inputs) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": given.get("effect") or "Allow"}
    if given.get("sid"):
        made["Sid"] = given["sid"]
    for key in ("actions", "notActions", "resources", "notResources"):
        if given.get(key):
            made[key[0].upper() + key[1:-1]] = given[key]
    for one in given.get("principals") or ():
        made.setdefault("Principal", {})[one["type"]] = one["identifiers"]
    for one in given.get("conditions") or ():
        made.setdefault("Condition", {}).setdefault(one["test"], {})[one["variable"]] = one["values"]
    return made


def _gcp_zones(inputs: Inputs, place: Place, account: Account) -> dict[str, Any]:
    region = inputs.get("region") or place.region
    return {"id": region, "names": [f"{region}-{one}" for one in "abc"], "region": region}


def _gcp_client(inputs: Inputs, place: Place, account: Account) -> dict[str, Any]:
    return {"id": "client", "project": place.project, "region": place.region, "zone": "", "accessToken": ""}


def _gcp_project(inputs: Inputs, place: Place, account: Account) -> dict[str, Any]:
    project = inputs.get("projectId") or place.project
    return {
        "id": f"projects/{project}",
        "projectId": project,
        "number": place.project_number,
        "name": project,
    }


def _gcp_storage_agent(inputs: Inputs, place: Place, account: Account) -> dict[str, Any]:
    email = f"service-{place.project_number}@gs-project-accounts.iam.gserviceaccount.com"
    return {"id": email, "emailAddress": email, "member": f"serviceAccount:{email}"}


def _azure_client(inputs: Inputs, place: Place, account: Account) -> dict[str, Any]:
    return {
        "clientId": "22222222-3333-4444-8555-666666666666",
        "objectId": "33333333-4444-4555-8666-777777777777",
        "subscriptionId": place.subscription,
        "tenantId": place.tenant,
    }


def _aks_credentials(inputs: Inputs, place: Place, account: Account) -> dict[str, Any]:
    """The kubeconfig of a cluster with Entra ID, in which `kubelogin` gets the token."""
    name = inputs["resourceName"]
    if name not in [cluster_name(AKS, entry.inputs) for entry in account.of(AKS)]:
        raise UnansweredError(f"there is no managed cluster '{name}' in {inputs.get('resourceGroupName')}")
    endpoint = simulation.endpoint(account, name)
    login = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "kubelogin",
        "args": ["get-token", "--login", "devicecode", "--server-id", _AKS_SERVER],
        "env": None,
        "provideClusterInfo": False,
    }
    server = {
        "server": f"https://{endpoint.address}",
        "certificate-authority-data": endpoint.authority,
    }
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": server}],
        "users": [{"name": name, "user": {"exec": login}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
    text = base64.b64encode(yaml.safe_dump(config).encode()).decode()
    return {"kubeconfigs": [{"name": "clusterUser", "value": text}]}


_ANSWERS: Mapping[str, Callable[[Inputs, Place, Account], dict[str, Any]]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy,
    "aws:ssm/getParameter:getParameter": _parameter,
    "gcp:compute/getZones:getZones": _gcp_zones,
    "gcp:organizations/getClientConfig:getClientConfig": _gcp_client,
    "gcp:organizations/getProject:getProject": _gcp_project,
    "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": _gcp_storage_agent,
    "azure-native:authorization:getClientConfig": _azure_client,
    "azure-native:containerservice:listManagedClusterUserCredentials": _aks_credentials,
}


def answered() -> Sequence[str]:
    """The questions that are answered."""
    return sorted(_ANSWERS)
