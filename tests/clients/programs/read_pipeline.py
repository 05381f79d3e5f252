"""Reads a compiled pipeline as the API server does before it takes one: read_pipeline.py <file>.

It refuses what the definition of its release does not know (kubeflow/pipelines 2.16.1,
backend/src/apiserver/template/v2_template.go, NewV2SpecTemplate); that definition is in `kfp-pipeline-spec`.
"""
# pyright: basic, reportMissingImports=false

import json
import sys
from pathlib import Path

import yaml
from google.protobuf.json_format import MessageToDict, ParseDict
from kfp.pipeline_spec import pipeline_spec_pb2

described, placed = yaml.safe_load_all(Path(sys.argv[1]).read_text(encoding="utf-8"))
pipeline = ParseDict(described, pipeline_spec_pb2.PipelineSpec())
platform = ParseDict(placed, pipeline_spec_pb2.PlatformSpec())
print(json.dumps({"pipeline": MessageToDict(pipeline), "platform": MessageToDict(platform)}))
