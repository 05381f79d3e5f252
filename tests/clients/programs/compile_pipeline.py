"""A pipeline with a loop, a condition and a step on GPUs, compiled by `kfp`: compile_pipeline.py <file>."""
# pyright: basic, reportMissingImports=false
# A step has attributes of its own, which the function that it is made of does not have.
# pyright: reportAttributeAccessIssue=false, reportCallIssue=false

import sys

from kfp import compiler, dsl, kubernetes


@dsl.component(base_image="python:3.12")
def split(parts: int) -> list:
    return [{"part": number, "rate": 0.1 / (number + 1)} for number in range(parts)]


@dsl.component(base_image="team/network:2.1", packages_to_install=["torchmetrics"])
def train(part: int, rate: float, model: dsl.Output[dsl.Model]) -> float:
    model.metadata["rate"] = rate
    return rate * part


@dsl.component(base_image="python:3.12")
def best(scores: list) -> float:
    return max(scores)


@dsl.container_component
def publish(score: float) -> dsl.ContainerSpec:
    return dsl.ContainerSpec(image="team/publish:1.0", command=["publish"], args=["--score", score])


@dsl.pipeline(name="train-and-publish")
def train_and_publish(parts: int = 3, threshold: float = 0.05) -> None:
    pieces = split(parts=parts)
    with dsl.ParallelFor(items=pieces.output, parallelism=2) as piece:
        trained = train(part=piece.part, rate=piece.rate)
        trained.set_accelerator_type("nvidia.com/gpu").set_accelerator_limit(2)
        kubernetes.add_toleration(trained, key="nvidia.com/gpu", operator="Exists", effect="NoSchedule")
        trained.set_cpu_request("4").set_memory_limit("32G").set_retry(2).set_caching_options(False)
    chosen = best(scores=dsl.Collected(trained.outputs["Output"]))
    with dsl.If(chosen.output > threshold, name="good-enough"):
        publish(score=chosen.output)


compiler.Compiler().compile(train_and_publish, sys.argv[1])
