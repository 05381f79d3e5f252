"""Templates of trials: what people choose from in the web app when they begin an experiment.

The web app lists every ConfigMap of Kubeflow's namespace with the label below, and of other namespaces those
that its user may read. An experiment names ConfigMap and key, and the controller reads them (kubeflow/katib
v0.19.0, pkg/ui/v1beta1/util.go and pkg/controller.v1beta1/experiment/manifest/generator.go).
"""

from collections.abc import Collection, Mapping, Sequence

import yaml

from ...kube.pulling import named_in, pulled, pulled_within
from ...versions import Katib as Images
from .trial_settings import TrialTemplatesSettings

NAME = "trial-templates"
LABELS = {"katib.kubeflow.org/component": "trial-templates"}

_PYTHON_MNIST = ("python3", "/opt/pytorch-mnist/mnist.py", "--epochs=1")
_LEARNING = ("--lr=${trialParameters.learningRate}", "--momentum=${trialParameters.momentum}")


class _Quoted(str):
    """Text in double quotes: what is put into it later may hold colons, braces and single quotes."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes templates."""


def _quote(_dumper: yaml.SafeDumper, text: _Quoted) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", str(text), style='"')


_Dumper.add_representer(_Quoted, _quote)


def trial_templates(settings: TrialTemplatesSettings, kinds: Collection[str]) -> Mapping[str, str]:
    """The data of the ConfigMap. `kinds` are those of other components that this stack has."""
    found: dict[str, str] = {}
    if settings.standard:
        found |= {
            "defaultTrialTemplate.yaml": _job(
                Images.TRIAL_PYTORCH, [*_PYTHON_MNIST, "--batch-size=16", *_LEARNING]
            ),
            "enasCPUTemplate": _job(
                Images.TRIAL_ENAS,
                [
                    *("python3", "-u", "RunTrial.py", "--num_epochs=1"),
                    '--architecture="${trialParameters.neuralNetworkArchitecture}"',
                    '--nn_config="${trialParameters.neuralNetworkConfig}"',
                ],
            ),
            "dartsCPUTemplate": _job(
                Images.TRIAL_DARTS,
                [
                    *("python3", "run_trial.py"),
                    '--algorithm-settings="${trialParameters.algorithmSettings}"',
                    '--search-space="${trialParameters.searchSpace}"',
                    '--num-layers="${trialParameters.numberLayers}"',
                ],
            ),
        }
        if "TrainJob" in kinds:
            found["trainJobTemplate"] = _train_job()
        if "PyTorchJob" in kinds:
            found["pytorchJobTemplate"] = _pytorch_job()
    return {**found, **{name: pulled_within(text) for name, text in settings.additional.items()}}


def images(settings: TrialTemplatesSettings) -> Sequence[str]:
    """The images of Katib's own templates, and those that the stack's own name."""
    standard = (Images.TRIAL_PYTORCH, Images.TRIAL_ENAS, Images.TRIAL_DARTS) if settings.standard else ()
    added = (image for text in settings.additional.values() for image in named_in(text))
    return [pulled(image) for image in dict.fromkeys((*standard, *added))]


def _job(image: str, command: Sequence[str]) -> str:
    container = {"name": "training-container", "image": pulled(image), "command": _arguments(command)}
    return _dump(
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "spec": {
                "template": {
                    # The job is over when its containers are; the sidecar of the mesh would go on.
                    "metadata": {"labels": {"sidecar.istio.io/inject": _Quoted("false")}},
                    "spec": {"containers": [container], "restartPolicy": "Never"},
                }
            },
        }
    )


def _train_job() -> str:
    # The runtime is one of those that Trainer brings.
    trainer = {
        "numNodes": 1,
        "image": pulled(Images.TRIAL_PYTORCH),
        "command": _arguments([*_PYTHON_MNIST, *_LEARNING]),
    }
    return _dump(
        {
            "apiVersion": "trainer.kubeflow.org/v1alpha1",
            "kind": "TrainJob",
            "spec": {"runtimeRef": {"name": "torch-distributed"}, "trainer": trainer},
        }
    )


def _pytorch_job() -> str:
    def replicas(count: int) -> dict[str, object]:
        container = {
            "name": "pytorch",
            "image": pulled(Images.TRIAL_PYTORCH),
            "command": _arguments([*_PYTHON_MNIST, *_LEARNING]),
        }
        template = {
            "metadata": {"labels": {"sidecar.istio.io/inject": _Quoted("false")}},
            "spec": {"containers": [container]},
        }
        return {"replicas": count, "restartPolicy": "OnFailure", "template": template}

    specs = {"Master": replicas(1), "Worker": replicas(2)}
    return _dump(
        {"apiVersion": "kubeflow.org/v1", "kind": "PyTorchJob", "spec": {"pytorchReplicaSpecs": specs}}
    )


def _arguments(words: Sequence[str]) -> list[_Quoted]:
    return [_Quoted(word) for word in words]


def _dump(manifest: Mapping[str, object]) -> str:
    # One line for each text: it is replaced inside, and edited by people.
    return yaml.dump(manifest, Dumper=_Dumper, sort_keys=False, width=1000)
