"""Training operator, kubeflow/training-operator: the operator, and what PyTorchJobs wait with.

The kubectl of MPIJobs is left simulated: so is every pod that has it, which is the launcher of each.
"""

from components.versions import TrainingOperator
from simulator.programs.model import MOUNT, GoPrograms, Image

# The deployed image is tagged with the commit of this release.
OPERATOR = GoPrograms(
    name="training-operator",
    version="1.9.2",
    packages={"manager": "github.com/kubeflow/training-operator/cmd/training-operator.v1"},
)
# A worker asks for its master's name until it has an address; the operator gives it 20 MiB for that.
_LOOK_UP = """#!/bin/sh
exec getent hosts "$1"
"""

IMAGES = (
    Image(
        image=TrainingOperator.OPERATOR,
        sources=(OPERATOR,),
        entrypoint=("/manager",),
        links={"/manager": f"{MOUNT}/training-operator/bin/manager"},
        version=OPERATOR.version,
    ),
    Image(
        image=TrainingOperator.PYTORCH_INIT,
        sources=(),
        entrypoint=(),
        arguments=("/bin/sh",),
        files={"/opt/bin/nslookup": _LOOK_UP},
        user="0:0",
        environment={"PATH": "/opt/bin:/usr/bin:/bin"},
        version="the machine's own shell and getent",
    ),
)
