"""ClusterTrainingRuntimes: what every team's jobs are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from ...contracts import NodePool
from ...kube.pulling import pulled
from ...kube.scope import Scope
from .built_in import BUILT_IN
from .recipe import Mpi, Recipe
from .runtime_settings import BuiltInRuntime, OwnRuntime, RuntimesSettings, Shape
from .runtime_spec import Downloads, runtime_spec

API = "trainer.kubeflow.org/v1alpha1"
# Kubeflow's Python client lists the runtimes that carry it.
FRAMEWORK = "trainer.kubeflow.org/framework"

Chosen = Mapping[str, tuple[Recipe, Shape]]


def chosen_runtimes(settings: RuntimesSettings) -> Chosen:
    """Return the runtimes of a stack by name: those of Trainer that are on, and its own."""
    result: dict[str, tuple[Recipe, Shape]] = {}
    for name, recipe in BUILT_IN.items():
        shape = settings.built_in.get(name, BuiltInRuntime())
        if shape.enabled:
            result[name] = (replace(recipe, image=pulled(shape.image or recipe.image)), shape)
    for runtime in settings.own:
        result[runtime.name] = (_own(runtime), runtime)
    return result


def images(settings: RuntimesSettings) -> tuple[str, ...]:
    """Return every image that jobs of a stack's runtimes pull."""
    recipes = [recipe for recipe, _ in chosen_runtimes(settings).values()]
    downloads = Downloads.of(settings.initializers)
    found = [recipe.image for recipe in recipes]
    if any(recipe.dataset for recipe in recipes):
        found.append(downloads.dataset_image)
    if any(recipe.model for recipe in recipes):
        found.append(downloads.model_image)
    return tuple(dict.fromkeys(found))


def declare_runtimes(
    scope: Scope,
    settings: RuntimesSettings,
    pools: Sequence[NodePool],
    *,
    app: str,
    after: Sequence[pulumi.Resource],
) -> None:
    """Declare the runtimes, after their API type and whatever checks them."""
    downloads = Downloads.of(settings.initializers)
    for name, (recipe, shape) in chosen_runtimes(settings).items():
        CustomResource(
            name,
            api_version=API,
            kind="ClusterTrainingRuntime",
            metadata=scope.cluster_metadata(name, app=app, labels={FRAMEWORK: recipe.framework}),
            spec=runtime_spec(recipe, shape, downloads, pools),
            opts=scope.options(list(after)),
        )


def _own(runtime: OwnRuntime) -> Recipe:
    return Recipe(
        framework=runtime.framework,
        policy=runtime.chosen_policy,
        image=pulled(runtime.image),
        command=runtime.command,
        args=runtime.args,
        dataset=runtime.download.dataset if runtime.download else None,
        model=runtime.download.model if runtime.download else None,
        mpi=Mpi(processes=runtime.mpi.processes_per_node, user=runtime.mpi.user, home=runtime.mpi.home),
    )
