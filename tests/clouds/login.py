"""What the clouds' programs for logging in to a cluster do: print a credential.

`python -m tests.clouds.login <program> <arguments>` stands for `aws`, `gke-gcloud-auth-plugin` and
`kubelogin`. The credential is the certificate of the simulated cluster's administrator.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from simulator.cluster.layout import Layout
from tests.clouds.account import ROOT, Account


def _cluster(arguments: list[str], info: dict[str, Any]) -> Layout:
    """The cluster that is meant: named by an argument or by its address, else the only one."""
    folder = Account(Path(os.environ[ROOT])).clusters
    layouts = [Layout(one) for one in sorted(folder.glob("*"))]
    if "--cluster-name" in arguments:
        return Layout(folder / arguments[arguments.index("--cluster-name") + 1])
    server = info.get("spec", {}).get("cluster", {}).get("server", "")
    for layout in layouts:
        record = layout.read()
        if record and server.endswith(f":{record.ports['kube-apiserver']}"):
            return layout
    if len(layouts) != 1:
        sys.exit(f"{len(layouts)} clusters, and nothing says which one is meant")
    return layouts[0]


def main(program: str, *arguments: str) -> None:
    """Print the credential, or fail where the program is not called as it wants to be."""
    if program == "aws" and "eks get-token" not in " ".join(arguments):
        sys.exit(f"aws: not known here: {arguments}")
    if program == "kubelogin" and (not arguments or arguments[0] != "get-token"):
        sys.exit("kubelogin: the command get-token is missing")
    info: dict[str, Any] = json.loads(os.environ["KUBERNETES_EXEC_INFO"])
    layout = _cluster(list(arguments), info)
    status = {
        "clientCertificateData": (layout.pki / "admin.crt").read_text(),
        "clientKeyData": (layout.pki / "admin.key").read_text(),
    }
    print(json.dumps({"apiVersion": info["apiVersion"], "kind": "ExecCredential", "status": status}))


if __name__ == "__main__":
    main(*sys.argv[1:])
