"""Argo Workflows: argoproj/argo-workflows, the controller and what it puts into each pod of a run.

Where a step names no command, the controller asks the registry of its image for one. That of live pods
listens on the node's own loopback address, where no pod reaches it: the steps of a live run name theirs.
"""

from components.versions import Argo
from simulator.programs.model import GoPrograms, Image

VERSION = "3.7.3"

_MODULE = "github.com/argoproj/argo-workflows/v3"

PROGRAMS = GoPrograms(
    name="argo",
    version=VERSION,
    packages={name: f"{_MODULE}/cmd/{name}" for name in ("workflow-controller", "argoexec")},
    variables={f"{_MODULE}.version": f"v{VERSION}"},
    # Without Google's object store by gRPC (cloud.google.com/go/storage, "gRPC API"): it is a tenth of what
    # would be compiled, and no pod of a live node reaches it.
    tags=("disable_grpc_modules",),
    links={f"{_MODULE}:workflow/executor/osspecific/signal_linux.go": "signal_darwin.go"},
)

# The executor finds itself by PATH, and copies itself to where the step's own container starts it.
IMAGES = (
    Image(
        image=Argo.CONTROLLER,
        sources=(PROGRAMS,),
        entrypoint=("workflow-controller",),
        user="8737",
    ),
    Image(
        image=Argo.EXECUTOR,
        sources=(PROGRAMS,),
        entrypoint=("argoexec",),
        user="0:0",
    ),
)
