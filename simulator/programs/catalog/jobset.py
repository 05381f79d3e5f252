"""JobSet: kubernetes-sigs/jobset."""

from components.versions import JobSet
from simulator.programs.model import GoPrograms, Image

VERSION = "0.11.0"

PROGRAM = GoPrograms(name="jobset", version=VERSION, packages={"manager": "sigs.k8s.io/jobset"})

IMAGES = (
    Image(
        image=JobSet.CONTROLLER,
        sources=(PROGRAM,),
        entrypoint=("/manager",),
        links={"/manager": "/opt/slipway/jobset/bin/manager"},
    ),
)
