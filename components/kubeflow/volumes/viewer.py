"""The file browser on a volume: a template that the web app fills in for each, and one for viewers by hand.

The web app replaces `$NAME` and `$NAMESPACE` by those of the volume and other words after a dollar sign by
its own variables (kubeflow/notebooks v1.11.0, volumes/backend/apps/common/viewer.py). Variables and flags of
the program: filebrowser/filebrowser v2.32.0, cmd/root.go.

The controller's webhook takes the other one as it is where a viewer says nothing of its pod, and adds the
volume `viewer-volume`; the pod has the viewer's name in a label (components/pvcviewer-controller,
`api/v1alpha1/pvcviewer_webhook.go` and `controllers/pvcviewer_controller.go`).
"""

from collections.abc import Callable, Mapping, Sequence

import yaml

from ...contracts import NodePool, TeamRoute
from ...kube.placement import placed
from ...kube.settings import Compute
from .settings import ViewerSettings

FILE = "viewer-spec.yaml"
IMAGE_VARIABLE = "VOLUME_VIEWER_IMAGE"
PREFIX = "/pvcviewers"
_REWRITE = "/"

_PORT = 8080
_FOLDER = "/srv"
# The name that the webhook gives to the volume of a viewer that names none.
_VOLUME = "viewer-volume"


def viewer_routes(settings: ViewerSettings) -> TeamRoute:
    """The routes that the controller makes of such specs."""
    return TeamRoute(prefix=PREFIX, service_prefix="pvcviewer-", rewrite=_REWRITE, timeout=settings.timeout)


def viewer_spec(settings: ViewerSettings, node_pools: Sequence[NodePool]) -> str:
    """The template, as the web app reads it."""
    spec = {
        "pvc": "$NAME",
        "podSpec": _pod(
            settings,
            node_pools,
            image=f"${IMAGE_VARIABLE}",
            variables=[{"name": "FB_BASEURL", "value": f"{PREFIX}/$NAMESPACE/$NAME/"}],
            volumes=[{"name": _VOLUME, "persistentVolumeClaim": {"claimName": "$NAME"}}],
            text=_literal,
        ),
        "networking": {
            "targetPort": _PORT,
            "basePrefix": PREFIX,
            "rewrite": _REWRITE,
            "timeout": settings.timeout,
        },
        "rwoScheduling": settings.same_node,
    }
    return yaml.safe_dump(spec, sort_keys=False)


def default_pod_spec(settings: ViewerSettings, node_pools: Sequence[NodePool], image: str) -> str:
    """The pod of a viewer that says nothing of it, below the same path as those of the web app."""
    variables: list[Mapping[str, object]] = [
        {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
        for name, path in (
            ("VIEWER_NAMESPACE", "metadata.namespace"),
            ("VIEWER_NAME", "metadata.labels['app.kubernetes.io/name']"),
        )
    ]
    variables.append({"name": "FB_BASEURL", "value": f"{PREFIX}/$(VIEWER_NAMESPACE)/$(VIEWER_NAME)/"})
    pod = _pod(settings, node_pools, image=image, variables=variables, volumes=(), text=str)
    return yaml.safe_dump(pod, sort_keys=False)


def _pod(
    settings: ViewerSettings,
    node_pools: Sequence[NodePool],
    *,
    image: str,
    variables: Sequence[Mapping[str, object]],
    volumes: Sequence[Mapping[str, object]],
    text: Callable[[str], str],
) -> Mapping[str, object]:
    """The pod; `text` writes a text of the stack's so that whoever reads the template takes it as it is."""
    where = placed(settings.placement, node_pools)
    pod: dict[str, object] = {
        "serviceAccountName": settings.service_account,
        # Whoever may look at a volume would find the token of the team's editor in the pod.
        "automountServiceAccountToken": False,
        "securityContext": _security(settings),
        "containers": [_container(settings, image, variables)],
        "volumes": [*volumes, {"name": "tmp", "emptyDir": {}}],
    }
    if where.node_selector:
        pod["nodeSelector"] = {key: text(value) for key, value in where.node_selector.items()}
    if where.tolerations:
        pod["tolerations"] = [
            {key: text(str(value)) for key, value in one.items()} for one in where.tolerations
        ]
    return pod


def _container(
    settings: ViewerSettings, image: str, variables: Sequence[Mapping[str, object]]
) -> Mapping[str, object]:
    fixed = {
        "FB_ADDRESS": "0.0.0.0",
        "FB_PORT": str(_PORT),
        "FB_DATABASE": "/tmp/filebrowser.db",
        # Who a request is from is known before it arrives: the team's authorization policy lets members in.
        "FB_NOAUTH": "true",
        # It looks there for a file of settings. The image's own, in /, is for a root user on port 80.
        "HOME": "/tmp",
    }
    resources = {
        name: amounts
        for name, amounts in (
            ("requests", _amounts(settings.requests)),
            ("limits", _amounts(settings.limits)),
        )
        if amounts
    }
    return {
        "name": "main",
        "image": image,
        # Everybody is its administrator, who could let it run commands.
        "args": ["--disable-exec"],
        "env": [*({"name": name, "value": value} for name, value in fixed.items()), *variables],
        "readinessProbe": {
            "tcpSocket": {"port": _PORT},
            "initialDelaySeconds": 2,
            "periodSeconds": 10,
        },
        "resources": resources,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [
            {"name": _VOLUME, "mountPath": _FOLDER, "readOnly": settings.read_only},
            {"name": "tmp", "mountPath": "/tmp"},
        ],
        "workingDir": _FOLDER,
    }


def _security(settings: ViewerSettings) -> Mapping[str, object]:
    result: dict[str, object] = {"seccompProfile": {"type": "RuntimeDefault"}}
    if settings.user is not None:
        result |= {"runAsNonRoot": True, "runAsUser": settings.user}
    if settings.group is not None:
        result |= {
            "runAsGroup": settings.group,
            "fsGroup": settings.group,
            "fsGroupChangePolicy": "OnRootMismatch",
        }
    return result


def _amounts(compute: Compute) -> dict[str, str]:
    pairs = {"cpu": compute.cpu, "memory": compute.memory}
    return {name: value for name, value in pairs.items() if value is not None}


def _literal(text: str) -> str:
    """A text of the stack's, in which a dollar sign stands for itself."""
    return text.replace("$", "$$")
