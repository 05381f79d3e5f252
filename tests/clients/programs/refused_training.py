"""Training jobs that are wrong: refused_training.py <which>."""
# pyright: basic, reportMissingImports=false

import sys

from kubeflow.trainer import CustomTrainerContainer, TrainerClient
from kubeflow.trainer.options import (
    JobSetSpecPatch,
    JobSetTemplatePatch,
    Name,
    ReplicatedJobPatch,
    RuntimePatch,
    TrainingRuntimeSpecPatch,
)
from kubernetes.client import CustomObjectsApi

TRAINER = CustomTrainerContainer(image="team/network:2.1", num_nodes=2)


def patch() -> RuntimePatch:
    job_set = JobSetSpecPatch(replicated_jobs=[ReplicatedJobPatch(name="node")])
    template = JobSetTemplatePatch(spec=job_set)
    return RuntimePatch(training_runtime_spec=TrainingRuntimeSpecPatch(template=template))


client = TrainerClient()
match sys.argv[1]:
    case "missing-runtime":
        client.train(runtime="torch-distribute", trainer=TRAINER)
    case "name-with-a-dot":
        client.train(runtime="torch-distributed", trainer=TRAINER, options=[Name("net.work")])
    case "two-patches-of-one-manager":
        client.train(runtime="torch-distributed", trainer=TRAINER, options=[patch(), patch()])
    case "misspelt-field":
        # The client's own models drop what they do not know, so this goes past them.
        CustomObjectsApi().create_namespaced_custom_object(
            group="trainer.kubeflow.org",
            version="v1alpha1",
            namespace=sys.argv[2],
            plural="trainjobs",
            body={
                "apiVersion": "trainer.kubeflow.org/v1alpha1",
                "kind": "TrainJob",
                "metadata": {"name": "misspelt"},
                "spec": {"runtimeRef": {"name": "torch-distributed"}, "trainer": {"nodes": 2}},
            },
        )
