"""Training jobs by `kubeflow.trainer`: a network on GPUs, boosted trees, a language model."""
# pyright: basic, reportMissingImports=false

import json
import logging

from kubeflow.trainer import (
    BuiltinTrainer,
    CustomTrainer,
    HuggingFaceDatasetInitializer,
    HuggingFaceModelInitializer,
    Initializer,
    LoraConfig,
    TorchTuneConfig,
    TrainerClient,
)
from kubeflow.trainer.options import (
    ActiveDeadlineSeconds,
    ContainerPatch,
    JobSetSpecPatch,
    JobSetTemplatePatch,
    JobSpecPatch,
    JobTemplatePatch,
    Labels,
    Name,
    PodSpecPatch,
    PodTemplatePatch,
    ReplicatedJobPatch,
    RuntimePatch,
    TrainingRuntimeSpecPatch,
)

logging.basicConfig(level=logging.WARNING)


def train_network(epochs: int) -> None:
    import torch.distributed as dist  # noqa: PLC0415 - this function is all that reaches the node

    dist.init_process_group()
    print(f"{epochs} epochs on rank {dist.get_rank()}")


def train_trees() -> None:
    import xgboost  # noqa: PLC0415

    print(xgboost.__version__)


def on_the_data_of_the_team() -> RuntimePatch:
    pod = PodSpecPatch(
        service_account_name="default-editor",
        volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
        containers=[ContainerPatch(name="node", volume_mounts=[{"name": "data", "mountPath": "/data"}])],
        tolerations=[{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
    )
    job = JobTemplatePatch(spec=JobSpecPatch(template=PodTemplatePatch(spec=pod)))
    nodes = ReplicatedJobPatch(name="node", template=job)
    job_set = JobSetTemplatePatch(spec=JobSetSpecPatch(replicated_jobs=[nodes]))
    return RuntimePatch(training_runtime_spec=TrainingRuntimeSpecPatch(template=job_set))


client = TrainerClient()
runtimes = client.list_runtimes()

client.train(
    runtime="torch-distributed",
    trainer=CustomTrainer(
        func=train_network,
        func_args={"epochs": 3},
        num_nodes=2,
        resources_per_node={"cpu": 4, "memory": "16Gi", "gpu": 2},
        packages_to_install=["torchmetrics"],
        env={"NCCL_DEBUG": "INFO"},
    ),
    options=[
        Name("network"),
        Labels({"project": "vision"}),
        ActiveDeadlineSeconds(3600),
        on_the_data_of_the_team(),
    ],
)
client.train(
    runtime=next(one for one in runtimes if one.trainer.framework == "xgboost"),
    trainer=CustomTrainer(func=train_trees, num_nodes=3),
    options=[Name("trees")],
)
client.train(
    runtime="torchtune-qwen2.5-1.5b",
    initializer=Initializer(
        dataset=HuggingFaceDatasetInitializer(storage_uri="hf://tatsu-lab/alpaca/data"),
        model=HuggingFaceModelInitializer(storage_uri="hf://Qwen/Qwen2.5-1.5B-Instruct"),
    ),
    trainer=BuiltinTrainer(
        config=TorchTuneConfig(
            epochs=2, batch_size=4, peft_config=LoraConfig(lora_rank=8), resources_per_node={"gpu": 2}
        )
    ),
    options=[Name("language-model")],
)

print(
    json.dumps(
        {
            "runtimes": {
                one.name: {
                    "framework": one.trainer.framework,
                    "image": one.trainer.image,
                    "device": one.trainer.device,
                }
                for one in runtimes
            },
            "jobs": {one.name: one.runtime.name for one in client.list_jobs()},
            "nodes": client.get_job("network").num_nodes,
        }
    )
)
