"""What Google Cloud answers. Forms of ids and links: the REST reference of each service, November 2026."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.clouds.answers.made_up import Made, Place, digest

_COMPUTE = "https://www.googleapis.com/compute/v1/"

# Below which a resource lies in its project.
_COLLECTIONS = {
    "compute/network:Network": "global/networks",
    "compute/globalAddress:GlobalAddress": "global/addresses",
    "compute/firewall:Firewall": "global/firewalls",
    "compute/subnetwork:Subnetwork": "regions/{region}/subnetworks",
    "compute/router:Router": "regions/{region}/routers",
    "compute/address:Address": "regions/{region}/addresses",
    "compute/reservation:Reservation": "zones/{zone}/reservations",
    "container/cluster:Cluster": "locations/{location}/clusters",
    "kms/keyRing:KeyRing": "locations/{location}/keyRings",
    "filestore/instance:Instance": "locations/{location}/instances",
}

Inputs = Mapping[str, Any]


def answer(token: str, name: str, inputs: Inputs, place: Place) -> Made:
    """What Google Cloud says of a resource."""
    kind = token.removeprefix("gcp:")
    project = inputs.get("project") or place.project
    named = str(inputs.get("name") or f"{name}-{digest(token + name, 7)}")
    where = {key: inputs.get(key) or place.region for key in ("region", "location", "zone")}
    collection = _COLLECTIONS.get(kind, f"{kind.partition('/')[2].partition(':')[0]}s").format(**where)
    identifier = f"projects/{project}/{collection}/{named}"
    outputs: dict[str, Any] = {"project": project, "selfLink": _COMPUTE + identifier}
    labels = inputs.get("labels") or inputs.get("resourceLabels")
    if labels is not None:
        outputs |= {"effectiveLabels": labels, "pulumiLabels": labels}
    if kind.startswith("compute/") and "region" not in inputs and "{region}" in _COLLECTIONS.get(kind, ""):
        outputs["region"] = place.region
    more = _MORE.get(kind)
    if more:
        identifier, extra = more(identifier, inputs, place)
        outputs |= extra
    return Made(identifier, outputs)


def _cluster(identifier: str, inputs: Inputs, place: Place) -> tuple[str, dict[str, Any]]:
    location = inputs.get("location") or place.region
    return identifier, {
        "location": location,
        "masterVersion": "1.35.1-gke.1000000",
        "nodeVersion": "1.35.1-gke.1000000",
        "selfLink": f"https://container.googleapis.com/v1/{identifier}",
        "servicesIpv4Cidr": "34.118.224.0/20",
        "nodeLocations": inputs.get("nodeLocations") or [f"{location}-{one}" for one in "abc"],
    }


def _node_pool(identifier: str, inputs: Inputs, place: Place) -> tuple[str, dict[str, Any]]:
    cluster = inputs["cluster"].rpartition("/")[2]
    place_of = f"projects/{inputs.get('project') or place.project}/locations/{inputs.get('location')}"
    return f"{place_of}/clusters/{cluster}/nodePools/{inputs.get('name')}", {
        "version": "1.35.1-gke.1000000",
        "instanceGroupUrls": [],
        "managedInstanceGroupUrls": [],
    }


def _service_account(identifier: str, inputs: Inputs, place: Place) -> tuple[str, dict[str, Any]]:
    project = inputs.get("project") or place.project
    email = f"{inputs['accountId']}@{project}.iam.gserviceaccount.com"
    name = f"projects/{project}/serviceAccounts/{email}"
    return name, {
        "email": email,
        "name": name,
        "member": f"serviceAccount:{email}",
        "uniqueId": str(int(digest(email), 16))[:21],
    }


def _key(identifier: str, inputs: Inputs, place: Place) -> tuple[str, dict[str, Any]]:
    return f"{inputs['keyRing']}/cryptoKeys/{inputs.get('name')}", {}


def _address(identifier: str, inputs: Inputs, place: Place) -> tuple[str, dict[str, Any]]:
    return identifier, {"address": inputs.get("address") or f"198.51.100.{int(digest(identifier, 2), 16)}"}


def _network(identifier: str, inputs: Inputs, place: Place) -> tuple[str, dict[str, Any]]:
    return identifier, {"gatewayIpv4": "", "networkId": digest(identifier, 8), "numericId": "1"}


def _database(identifier: str, inputs: Inputs, place: Place) -> tuple[str, dict[str, Any]]:
    name = identifier.rpartition("/")[2]
    region = inputs.get("region") or place.region
    address = f"10.200.0.{int(digest(identifier, 2), 16)}"
    return name, {
        "name": name,
        "connectionName": f"{inputs.get('project') or place.project}:{region}:{name}",
        "firstIpAddress": address,
        "privateIpAddress": address,
        "ipAddresses": [{"ipAddress": address, "type": "PRIVATE", "timeToRetire": ""}],
        "serverCaCerts": [
            {
                "cert": f"-----BEGIN CERTIFICATE-----\n{digest(identifier, 64)}\n-----END CERTIFICATE-----",
                "commonName": "C=US,O=Google, Inc,CN=Google Cloud SQL Server CA",
                "createTime": "2026-01-02T03:04:05Z",
                "expirationTime": "2036-01-02T03:04:05Z",
                "sha1Fingerprint": digest(identifier, 40),
            }
        ],
    }


def _user(identifier: str, inputs: Inputs, place: Place) -> tuple[str, dict[str, Any]]:
    """Users of two servers may have the same name."""
    return f"{inputs['name']}/{inputs.get('host', '')}/{inputs['instance']}", {}


def _agent(identifier: str, inputs: Inputs, place: Place) -> tuple[str, dict[str, Any]]:
    service = str(inputs["service"]).partition(".")[0]
    email = f"service-{place.project_number}@gcp-sa-{service}.iam.gserviceaccount.com"
    return f"{identifier}/{service}", {"email": email, "member": f"serviceAccount:{email}"}


def _hmac_key(identifier: str, inputs: Inputs, place: Place) -> tuple[str, dict[str, Any]]:
    access_id = f"GOOG1E{digest(identifier, 55).upper()}"
    named = f"projects/{place.project}/hmacKeys/{access_id}"
    return named, {"accessId": access_id, "secret": digest(f"{identifier}/secret", 40)}


def _bucket(identifier: str, inputs: Inputs, place: Place) -> tuple[str, dict[str, Any]]:
    name = identifier.rpartition("/")[2]
    return name, {"name": name, "url": f"gs://{name}"}


_MORE: Mapping[str, Callable[[str, Inputs, Place], tuple[str, dict[str, Any]]]] = {
    "compute/address:Address": _address,
    "compute/globalAddress:GlobalAddress": _address,
    "compute/network:Network": _network,
    "container/cluster:Cluster": _cluster,
    "container/nodePool:NodePool": _node_pool,
    "kms/cryptoKey:CryptoKey": _key,
    "projects/serviceIdentity:ServiceIdentity": _agent,
    "sql/databaseInstance:DatabaseInstance": _database,
    "sql/user:User": _user,
    "storage/bucket:Bucket": _bucket,
    "storage/hmacKey:HmacKey": _hmac_key,
    "serviceaccount/account:Account": _service_account,
    "serviceAccount/account:Account": _service_account,
}
