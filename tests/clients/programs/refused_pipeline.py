"""Pipelines whose steps do not fit together: refused_pipeline.py <which> <file>."""
# pyright: basic, reportMissingImports=false
# A step has attributes of its own, which the function that it is made of does not have.
# pyright: reportAttributeAccessIssue=false, reportCallIssue=false

import sys

from kfp import compiler, dsl


@dsl.component(base_image="python:3.12")
def count() -> int:
    return 3


@dsl.component(base_image="python:3.12")
def train(rate: str) -> None:
    print(rate)


def number_for_text() -> None:
    train(rate=count().output)


def input_missing() -> None:
    train()


def memory_without_amount() -> None:
    train(rate="0.1").set_memory_limit("lots")


pipeline = dsl.pipeline(name="wrong")(globals()[sys.argv[1]])
compiler.Compiler().compile(pipeline, sys.argv[2])
