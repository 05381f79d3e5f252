"""Volumes of live pods hold what they should, and are kept up to date."""

import pytest

from tests.node.support import NAMESPACE, LiveCluster, container, eventually, once, pod

pytestmark = [pytest.mark.engine, pytest.mark.live]

FOREVER = "import time; time.sleep(3600)"


def claim(name: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }


WRITE = (
    "import os\n"
    "try:\n"
    "    print(open('/data/file', 'w').write('kept') and 'written')\n"
    "except OSError as error:\n"
    "    print(error.strerror)"
)
SCHOOL = pod(
    "reader",
    container(
        FOREVER,
        volumeMounts=[
            {"name": "settings", "mountPath": "/settings"},
            {"name": "secret", "mountPath": "/secret"},
            {"name": "about", "mountPath": "/about"},
        ],
    ),
    securityContext={"runAsUser": 1000, "fsGroup": 2000},
    volumes=[
        {"name": "settings", "configMap": {"name": "settings"}},
        {"name": "secret", "secret": {"secretName": "secret", "defaultMode": 0o440}},
        {
            "name": "about",
            "projected": {
                "sources": [
                    {
                        "downwardAPI": {
                            "items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]
                        }
                    },
                    {
                        "serviceAccountToken": {
                            "path": "token",
                            "audience": "somebody",
                            "expirationSeconds": 600,
                        }
                    },
                ]
            },
        },
    ],
)


def writer(name: str, volume: str, **security: int) -> dict[str, object]:
    made = once(name, WRITE, securityContext={"runAsUser": 1000, **security})
    made["spec"]["containers"][0]["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
    made["spec"]["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": volume}}]
    return made


OBJECTS = [
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings", "namespace": NAMESPACE},
        "data": {"key": "before"},
    },
    {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "secret", "namespace": NAMESPACE},
        "stringData": {"key": "value"},
    },
    claim("owned"),
    claim("foreign"),
    SCHOOL,
    writer("with-group", "owned", fsGroup=2000),
    writer("without-group", "foreign"),
]


def test_a_configuration_changes_in_place(running: LiveCluster) -> None:
    running.ready("reader")
    read = "print(open('/settings/key').read())"
    assert running.run("reader", read) == "before"
    running.kubectl("patch", "configmap", "settings", "-n", NAMESPACE, "-p", '{"data": {"key": "after"}}')
    assert eventually(lambda: running.run("reader", read) == "after")


def test_secrets_have_their_mode_and_group(running: LiveCluster) -> None:
    running.ready("reader")
    script = (
        "import os\n"
        "found = os.stat('/secret/key')\n"
        "print(oct(found.st_mode & 0o777), found.st_gid, open('/secret/key').read())"
    )
    assert running.run("reader", script) == "0o440 2000 value"


def test_tokens_are_the_service_accounts_and_labels_the_pods(running: LiveCluster) -> None:
    running.ready("reader")
    script = (
        "import base64, json\n"
        "body = open('/about/token').read().split('.')[1]\n"
        "claims = json.loads(base64.urlsafe_b64decode(body + '=='))\n"
        "print(claims['sub'], claims['aud'], open('/about/labels').read())"
    )
    told = running.run("reader", script)
    assert told == f"system:serviceaccount:{NAMESPACE}:default ['somebody'] app=\"reader\""


def test_a_claim_can_be_written_by_the_group_that_the_pod_names(running: LiveCluster) -> None:
    running.ended("with-group")
    assert running.said("with-group").strip() == "written"
    volume = running.get("pvc", "owned", NAMESPACE)["spec"]["volumeName"]
    assert (running.node.volumes / volume / "file").read_text() == "kept"


def test_a_claim_cannot_be_written_by_others(running: LiveCluster) -> None:
    running.ended("without-group")
    assert running.said("without-group").strip() == "Permission denied"


def test_a_claim_grows_and_its_folder_goes_with_it(running: LiveCluster) -> None:
    running.ended("without-group")
    volume = running.get("pvc", "foreign", NAMESPACE)["spec"]["volumeName"]
    assert (running.node.volumes / volume).is_dir()
    patch = '{"spec": {"resources": {"requests": {"storage": "2Gi"}}}}'
    running.kubectl("patch", "pvc", "foreign", "-n", NAMESPACE, "-p", patch)
    running.wait("pvc/foreign", "jsonpath={.status.capacity.storage}=2Gi", NAMESPACE)
    running.kubectl("delete", "pod/without-group", "pvc/foreign", "-n", NAMESPACE)
    assert eventually(lambda: not (running.node.volumes / volume).exists())
