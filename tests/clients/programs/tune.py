"""Tuning by `kubeflow.katib`: an experiment written out, and one made from a function."""
# pyright: basic, reportMissingImports=false

import json
import sys

from kubeflow import katib
from kubernetes.client import V1ObjectMeta

namespace = sys.argv[1]

EXPERIMENT = katib.V1beta1Experiment(
    api_version="kubeflow.org/v1beta1",
    kind="Experiment",
    metadata=V1ObjectMeta(name="written", namespace=namespace),
    spec=katib.V1beta1ExperimentSpec(
        max_trial_count=12,
        parallel_trial_count=3,
        max_failed_trial_count=3,
        objective=katib.V1beta1ObjectiveSpec(
            type="maximize",
            goal=0.99,
            objective_metric_name="accuracy",
            additional_metric_names=["loss"],
        ),
        algorithm=katib.V1beta1AlgorithmSpec(
            algorithm_name="bayesianoptimization",
            algorithm_settings=[katib.V1beta1AlgorithmSetting(name="random_state", value="10")],
        ),
        early_stopping=katib.V1beta1EarlyStoppingSpec(
            algorithm_name="medianstop",
            algorithm_settings=[katib.V1beta1EarlyStoppingSetting(name="start_step", value="5")],
        ),
        metrics_collector_spec=katib.V1beta1MetricsCollectorSpec(
            collector=katib.V1beta1CollectorSpec(kind="StdOut"),
        ),
        parameters=[
            katib.V1beta1ParameterSpec(
                name="depth",
                parameter_type="int",
                feasible_space=katib.V1beta1FeasibleSpace(min="2", max="8"),
            ),
            katib.V1beta1ParameterSpec(
                name="booster",
                parameter_type="categorical",
                feasible_space=katib.V1beta1FeasibleSpace(list=["gbtree", "dart"]),
            ),
        ],
        trial_template=katib.V1beta1TrialTemplate(
            primary_container_name="training",
            trial_parameters=[
                katib.V1beta1TrialParameterSpec(name="depth", reference="depth"),
                katib.V1beta1TrialParameterSpec(name="booster", reference="booster"),
            ],
            trial_spec={
                "apiVersion": "batch/v1",
                "kind": "Job",
                "spec": {
                    "template": {
                        "spec": {
                            "restartPolicy": "Never",
                            "containers": [
                                {
                                    "name": "training",
                                    "image": "team/boosting:1.4",
                                    "args": [
                                        "--max-depth=${trialParameters.depth}",
                                        "--booster=${trialParameters.booster}",
                                    ],
                                }
                            ],
                        }
                    }
                },
            },
        ),
    ),
)


def objective(parameters: dict) -> None:
    print(f"loss={4 * parameters['lr']}")


client = katib.KatibClient(namespace=namespace)
client.create_experiment(EXPERIMENT)
client.tune(
    name="from-a-function",
    objective=objective,
    parameters={
        "lr": katib.search.double(min=0.01, max=0.1),
        "layers": katib.search.int(min=2, max=4),
    },
    objective_metric_name="loss",
    objective_type="minimize",
    algorithm_name="tpe",
    max_trial_count=4,
    parallel_trial_count=2,
    resources_per_trial={"cpu": "2", "gpu": "1"},
)
print(
    json.dumps(
        {
            "listed": [one.metadata.name for one in client.list_experiments()],
            "goal": client.get_experiment("written").spec.objective.goal,
        }
    )
)
