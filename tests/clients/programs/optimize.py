"""Tuning by `kubeflow.optimizer`, of a training job."""
# pyright: basic, reportMissingImports=false

import json

from kubeflow.optimizer import Objective, OptimizerClient, Search, TrainJobTemplate, TrialConfig
from kubeflow.trainer import CustomTrainer, TrainerClient


def train(lr: str, layers: str) -> None:
    print(f"loss={float(lr) * int(layers)}")


client = OptimizerClient()
name = client.optimize(
    TrainJobTemplate(
        runtime=TrainerClient().get_runtime("torch-distributed"),
        trainer=CustomTrainer(func=train, num_nodes=2, resources_per_node={"gpu": 1}),
    ),
    search_space={"lr": Search.loguniform(0.001, 0.1), "layers": Search.choice([2, 4, 8])},
    objectives=[Objective(metric="loss")],
    trial_config=TrialConfig(num_trials=6, parallel_trials=2, max_failed_trials=1),
)
print(json.dumps({"created": name, "listed": [one.name for one in client.list_jobs()]}))
