"""Pipelines that are there from the start: the tutorials of the API server's image, and a stack's own."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import yaml
from pydantic import Field, field_validator

from ...kube.image import pinned
from ...kube.pulling import named_in, pulled, pulled_within
from ...settings_base import Settings
from ...versions import Pipelines

FOLDER = "/config"
CONFIG = "sample_config.json"

# What the image of kubeflow/pipelines 2.16.1 has (backend/src/apiserver/config/sample_config.json).
_TUTORIALS: tuple[Mapping[str, str], ...] = (
    {
        "name": "tutorial-data-passing-in-python-components",
        "displayName": "[Tutorial] Data passing in python components",
        "description": "How one step hands data to the next.",
        "file": "/samples/tutorials/Data passing in python components/"
        "Data passing in python components - Files.py.yaml",
    },
    {
        "name": "tutorial-dsl-control-structures",
        "displayName": "[Tutorial] DSL - Control structures",
        "description": "Conditions and exit handlers. Some runs of it fail, to show that the handler runs.",
        "file": "/samples/tutorials/DSL - Control structures/DSL - Control structures.py.yaml",
    },
)
# A ConfigMap holds at most 1 MiB in all (core/v1 MaxSecretSize).
LARGEST = 900_000


class DefaultPipeline(Settings):
    """A compiled pipeline of a stack's own."""

    name: str = Field(
        pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
        description="Its name: lower-case letters, digits and '-'.",
    )
    display_name: str | None = Field(default=None, description="What people read; the name if not given.")
    description: str = Field(default="", description="What it is for.")
    version: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9]([-.a-z0-9]{0,61}[a-z0-9])?$",
        description="Name of this version, for all pipelines different; the pipeline's name if not given. "
        "Another one adds a version.",
    )
    spec: str = Field(description="What `kfp.compiler` wrote: YAML text with pipelineInfo and root.")

    @field_validator("spec")
    @classmethod
    def _is_a_compiled_pipeline(cls, spec: str) -> str:
        try:
            documents = [found for found in yaml.load_all(spec, yaml.CSafeLoader) if found is not None]
        except yaml.YAMLError as error:
            raise ValueError(f"is no YAML: {' '.join(str(error).split())}") from None
        first: object = documents[0] if documents else None
        keys = set(cast("Mapping[str, Any]", first)) if isinstance(first, Mapping) else set[str]()
        if missing := {"pipelineInfo", "root", "schemaVersion"} - keys:
            raise ValueError(f"has no {', '.join(sorted(missing))}: allowed is a pipeline compiled by kfp 2")
        for image in named_in(spec):
            pinned(image)
        return spec


def files(pipelines: Sequence[DefaultPipeline], *, samples: bool) -> dict[str, str]:
    """Files for the API server's folder of configuration; none where there is nothing to load.

    Source: kubeflow/pipelines 2.16.1, backend/src/apiserver/config/config.go, LoadSamples. A version that is
    there is left alone, one that is not is uploaded at each start.
    """
    listed: list[Mapping[str, str]] = list(_TUTORIALS) if samples else []
    found: dict[str, str] = {}
    for pipeline in pipelines:
        file = f"pipeline-{pipeline.name}.yaml"
        found[file] = pulled_within(pipeline.spec)
        listed.append(
            {
                "name": pipeline.name,
                "displayName": pipeline.display_name or pipeline.name,
                "description": pipeline.description,
                "file": f"{FOLDER}/{file}",
                **({"versionName": pipeline.version} if pipeline.version else {}),
            }
        )
    if listed:
        found[CONFIG] = json.dumps({"loadSamplesOnRestart": True, "pipelines": listed}, indent=1)
    return found


def images(pipelines: Sequence[DefaultPipeline], *, samples: bool) -> tuple[str, ...]:
    """The images of steps: those that the stack's own pipelines name, and that of the tutorials.

    The tutorials lie inside the API server's image, so that theirs is pulled as it is named there.
    """
    named = [pulled(image) for pipeline in pipelines for image in named_in(pipeline.spec)]
    return tuple(dict.fromkeys((*named, *((Pipelines.TUTORIALS,) if samples else ()))))
