"""Runs a pipeline of one step and prints how it ended; where and as whom comes as JSON on standard input."""
# pyright: basic, reportMissingImports=false

import json
import sys

import kfp
from kfp import dsl

given = json.load(sys.stdin)


@dsl.container_component
def double(number: int) -> dsl.ContainerSpec:
    return dsl.ContainerSpec(
        image=given["image"],
        command=["python", "-c", "import sys; print(2 * int(sys.argv[1]))"],
        args=[number],
    )


@dsl.pipeline(name="smoke")
def smoke(number: int = 21) -> None:
    double(number=number).set_caching_options(False)


client = kfp.Client(
    host=given["host"],
    existing_token=given["token"],
    namespace=given["namespace"],
    ssl_ca_cert=given["authority"],
)
run = client.create_run_from_pipeline_func(
    smoke, arguments={"number": 21}, namespace=given["namespace"], run_name="smoke", experiment_name="smoke"
)
ended = client.wait_for_run_completion(run.run_id, timeout=900)
print(json.dumps({"run": run.run_id, "state": ended.state}))
