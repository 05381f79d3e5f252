"""What an API server says of an object in a strict dry run, asked over one connection."""

import base64
import http.client
import json
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from components.kube.api_types import load_api_types
from tests.support.validation import api_type_paths

Object = Mapping[str, Any]


class Server:
    """An API server, asked as the user of a kubeconfig. `folder` keeps the user's certificate meanwhile."""

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        """Opens nothing yet."""
        config = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        pair = folder / "user.pem"
        pair.touch(mode=0o600)
        pair.write_bytes(
            base64.b64decode(user["client-certificate-data"]) + base64.b64decode(user["client-key-data"])
        )
        context = ssl.create_default_context(cadata=authority)
        context.load_cert_chain(pair)
        address = urlsplit(str(cluster["server"]))
        self._connection = http.client.HTTPSConnection(
            str(address.hostname), address.port, timeout=30, context=context
        )

    def refusal(self, obj: Object) -> str:
        """Why the server would not create an object of the platform's own types; empty where it would."""
        plural, namespaced = _resources()[obj["apiVersion"], obj["kind"]]
        place = "namespaces/default/" if namespaced else ""
        path = f"/apis/{obj['apiVersion']}/{place}{plural}?dryRun=All&fieldValidation=Strict"
        self._connection.request("POST", path, json.dumps(obj), {"Content-Type": "application/json"})
        answer = json.loads(self._connection.getresponse().read())
        return answer["message"] if answer["kind"] == "Status" else ""


def _resources() -> dict[tuple[str, str], tuple[str, bool]]:
    return {
        (f"{spec['group']}/{version['name']}", spec["names"]["kind"]): (
            spec["names"]["plural"],
            spec["scope"] == "Namespaced",
        )
        for path in api_type_paths()
        for spec in (manifest["spec"] for manifest in load_api_types(path))
        for version in spec["versions"]
    }
