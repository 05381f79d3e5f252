"""Runs a program so that the API server checks every field of what it creates: strictly.py <program> [...].

No client asks for that by itself, and the server drops what it does not know with no more than a warning.
"""
# pyright: basic, reportMissingImports=false

import runpy
import sys
from functools import partialmethod

from kubernetes.client import CustomObjectsApi

_CREATE = "create_namespaced_custom_object"

setattr(
    CustomObjectsApi, _CREATE, partialmethod(getattr(CustomObjectsApi, _CREATE), field_validation="Strict")
)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
