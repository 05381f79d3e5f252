"""Experiments that are wrong: refused_tuning.py <namespace> <which>."""
# pyright: basic, reportMissingImports=false

import sys
from typing import Any

from kubeflow import katib

namespace, which = sys.argv[1:]
client = katib.KatibClient(namespace=namespace)


def objective(parameters: dict) -> None:
    print(f"loss={parameters['lr']}")


# Katib 0.19 puts the values of a categorical parameter where the distribution belongs.
CHANGES: dict[str, dict[str, Any]] = {
    "unknown-objective": {"objective_type": "smallest"},
    "more-failures-than-trials": {"max_failed_trial_count": 5},
    "list-in-the-wrong-field": {"parameters": {"lr": katib.search.categorical([0.01, 0.1])}},
}

match which:
    case "misspelt-field":
        client.create_experiment(
            {
                "apiVersion": "kubeflow.org/v1beta1",
                "kind": "Experiment",
                "metadata": {"name": which},
                "spec": {"objectiv": {"type": "minimize", "objectiveMetricName": "loss"}},
            }
        )
    case _:
        rate = {"lr": katib.search.double(min=0.01, max=0.1)}
        asked = {"parameters": rate, "objective_metric_name": "loss", "max_trial_count": 4}
        client.tune(name=which, objective=objective, **asked | CHANGES[which])
