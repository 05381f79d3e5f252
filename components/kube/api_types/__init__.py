"""CustomResourceDefinitions in a compact notation, its expansion, and its loading.

A component keeps its API types beside its code in `api_types.yaml`, or split in a folder `api_types/`:

    kubeflow.org:                      # API group
      Tensorboard:                     # kind; the plural is the kind's name and an s unless said
        versions: v1alpha1             # or {v1: stored, v1beta1: served, v1alpha1: deprecated}
        status: true                   # subresource; scale: {replicas: .spec.a, status: .status.b}
        columns:
          Ready: integer .status.readyReplicas
        schema:
          spec:
            logspath*: string
          status:
            readyReplicas: int32
            conditions[by type]: Condition

`notation` reads keys and types, `schema` expands fields, `definition` holds what else a kind says. Names of
types with a capital are fragments: those in `fragments.yaml`, and those under `fragments:` of the same file.
What stands under `defaults:` of a file holds for each kind in it that does not say otherwise.
"""

from .loading import ApiTypesError, load_api_types
from .resources import api_types, by_kind

__all__ = ["ApiTypesError", "api_types", "by_kind", "load_api_types"]
