"""Settings of Kueue."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ...kube.settings import Compute
from ...settings_base import Settings

# Names of integrations: kubernetes-sigs/kueue v0.19, pkg/controller/jobs.
Framework = Literal[
    "batch/job",
    "deployment",
    "jobset.x-k8s.io/jobset",
    "kubeflow.org/jaxjob",
    "kubeflow.org/mpijob",
    "kubeflow.org/paddlejob",
    "kubeflow.org/pytorchjob",
    "kubeflow.org/tfjob",
    "kubeflow.org/xgboostjob",
    "leaderworkerset.x-k8s.io/leaderworkerset",
    "pod",
    "ray.io/raycluster",
    "ray.io/rayjob",
    "ray.io/rayservice",
    "sparkoperator.k8s.io/sparkapplication",
    "statefulset",
    "trainer.kubeflow.org/trainjob",
]


def _some(frameworks: tuple[Framework, ...]) -> tuple[Framework, ...]:
    if not frameworks:
        message = (
            "names no kind of work, so that nothing would wait in queues: name one, or set enabled to false"
        )
        raise ValueError(message)
    return frameworks


class KueueSettings(Settings):
    """Queues before the devices of a cluster: work starts when its team's quota and the cluster allow it."""

    enabled: bool = Field(default=False, description="Whether it is installed.")
    requests: Compute = Field(
        default=Compute(cpu="500m", memory="512Mi"), description="What each pod reserves."
    )
    limits: Compute = Field(default=Compute(memory="1Gi"), description="What each pod may use at most.")
    frameworks: Annotated[tuple[Framework, ...], AfterValidator(_some)] = Field(
        default=(
            "batch/job",
            "jobset.x-k8s.io/jobset",
            "kubeflow.org/jaxjob",
            "kubeflow.org/mpijob",
            "kubeflow.org/paddlejob",
            "kubeflow.org/pytorchjob",
            "kubeflow.org/tfjob",
            "kubeflow.org/xgboostjob",
            "ray.io/raycluster",
            "ray.io/rayjob",
            "trainer.kubeflow.org/trainjob",
        ),
        description="Kinds of work that wait in queues. `pod` and `statefulset` add steps of pipelines and "
        "notebooks.",
    )
    require_queue: bool = Field(
        default=False, description="Whether work in teams' namespaces that names no queue waits for ever."
    )
