"""The form's configuration as the Jupyter web app reads it.

Source of every key: kubeflow/notebooks v1.11.0, components/crud-web-apps/jupyter. The backend reads them when
a notebook is created (`backend/apps/common/form.py`, `utils.py`), the frontend when the form is shown
(`frontend/src/app/types/config.ts`). `readOnly` of the two volume fields is never written: the form sends
these fields all the same, and the backend then refuses every notebook. `environment` is read by neither.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import yaml

from ...contracts import NodePool
from ...kube.pulling import pulled
from .node_pools import affinities, toleration_groups, vendors
from .spawner_settings import AmountSettings, ImageGroup, SpawnerSettings
from .volume_settings import HOME, DataVolume, NewVolume

FILE = "spawner_ui_config.yaml"


def spawner_config(settings: SpawnerSettings, pools: Sequence[NodePool]) -> str:
    """The text of `spawner_ui_config.yaml` for these settings and this stack's node pools."""
    return yaml.safe_dump({"spawnerFormDefaults": _form(settings, pools)}, sort_keys=False, width=110)


def _form(settings: SpawnerSettings, pools: Sequence[NodePool]) -> dict[str, Any]:
    form: dict[str, Any] = {
        "allowCustomImage": settings.allow_custom_image,
        "hideRegistry": settings.hide_registry,
        "hideTag": settings.hide_tag,
        "imagePullPolicy": _field(settings.pull_policy.value, settings.pull_policy.read_only),
        "image": _images(settings.jupyter),
    }
    # A group without images is left out, which switches its part of the form off.
    for key, group in (("imageGroupOne", settings.code_server), ("imageGroupTwo", settings.rstudio)):
        if group.options:
            form[key] = _images(group)
    workspace = settings.workspace_volume
    return {
        **form,
        # The backend multiplies these as plain numbers; of units it knows Gi, for memory.
        "cpu": _amount(settings.cpu, _number(settings.cpu.cores)),
        "memory": _amount(settings.memory, f"{_number(settings.memory.gibibytes)}Gi"),
        "gpus": _field(_gpus(settings, pools), settings.gpus.read_only),
        "workspaceVolume": {
            "value": _claim(workspace, workspace.name, workspace.mount) if workspace else None
        },
        "dataVolumes": {"value": [_data_volume(volume) for volume in settings.data_volumes]},
        "affinityConfig": {
            **_field(settings.affinity.default, settings.affinity.read_only),
            "options": affinities(settings, pools),
        },
        "tolerationGroup": {
            **_field(settings.tolerations.default, settings.tolerations.read_only),
            "options": toleration_groups(settings, pools),
        },
        "shm": _field(settings.shared_memory.value, settings.shared_memory.read_only),
        "configurations": _field(list(settings.pod_defaults.labels), settings.pod_defaults.read_only),
    }


def _field(value: object, read_only: bool) -> dict[str, Any]:
    return {"value": value, "readOnly": read_only}


def _images(group: ImageGroup) -> dict[str, Any]:
    return {"value": pulled(group.default), "options": [pulled(image) for image in group.options]}


def _amount(settings: AmountSettings, value: str) -> dict[str, Any]:
    factor = settings.limit_factor
    return {
        **_field(value, settings.read_only),
        "limitFactor": "none" if factor is None else _number(Decimal(str(factor))),
    }


def _gpus(settings: SpawnerSettings, pools: Sequence[NodePool]) -> Mapping[str, Any]:
    offered = vendors(settings, pools)
    only = offered[0].limits_key if len(offered) == 1 else ""
    return {
        "vendor": only if settings.gpus.vendor is None else settings.gpus.vendor,
        "vendors": [{"limitsKey": item.limits_key, "uiName": item.display_name} for item in offered],
        "num": str(settings.gpus.count) if settings.gpus.count else "none",
    }


def _data_volume(volume: DataVolume) -> Mapping[str, Any]:
    if volume.existing_claim is None:
        return _claim(volume, volume.name, f"{HOME}/{volume.name}")
    claim = {"claimName": volume.existing_claim, "readOnly": volume.read_only}
    return {"mount": f"{HOME}/{volume.existing_claim}", "existingSource": {"persistentVolumeClaim": claim}}


def _claim(volume: NewVolume, name: str, mount: str) -> Mapping[str, Any]:
    spec: dict[str, Any] = {
        "resources": {"requests": {"storage": f"{volume.gibibytes}Gi"}},
        "accessModes": [volume.access_mode],
    }
    if volume.storage_class is not None:
        spec["storageClassName"] = volume.storage_class
    return {"mount": mount, "newPvc": {"metadata": {"name": name}, "spec": spec}}


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
