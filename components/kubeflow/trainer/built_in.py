"""The runtimes that Trainer brings: kubeflow/trainer v2.2.0, manifests/base/runtimes."""

from collections.abc import Mapping, Sequence

from ...versions import Trainer as Images
from .recipe import Recipe

_LLAMA_TOKENIZER = ("tokenizer.path=/workspace/model/original/tokenizer.model",)
_QWEN_TOKENIZER = (
    "tokenizer.path=/workspace/model/vocab.json",
    "tokenizer.merges_file=/workspace/model/merges.txt",
)


def _tuned(model: str, config: str, tokenizer: Sequence[str]) -> Recipe:
    """Fine-tuning of a language model with torchtune.

    Trainer takes the command as it is where a job has none of its own, and the paths in it in any case. It
    reads the model that is tuned from the runtime's name.
    """
    return Recipe(
        framework="torchtune",
        policy="torch",
        image=Images.TORCHTUNE,
        command=(
            "tune",
            "run",
            "--rdzv_endpoint=localhost:29500",
            "full_finetune_distributed",
            "--config",
            config,
            "dataset=torchtune.datasets.instruct_dataset",
            "dataset.source=parquet",
            "dataset.data_dir=/workspace/dataset/data",
            "output_dir=/workspace/output",
            *tokenizer,
            "checkpointer.checkpoint_dir=/workspace/model",
        ),
        dataset="hf://tatsu-lab/alpaca",
        model=f"hf://{model}",
        devices={"nvidia.com/gpu": 2},
    )


BUILT_IN: Mapping[str, Recipe] = {
    "torch-distributed": Recipe(framework="torch", policy="torch", image=Images.TORCH),
    "deepspeed-distributed": Recipe(framework="deepspeed", policy="mpi", image=Images.DEEPSPEED),
    "jax-distributed": Recipe(framework="jax", policy="jax", image=Images.JAX),
    "mlx-distributed": Recipe(framework="mlx", policy="mpi", image=Images.MLX),
    "xgboost-distributed": Recipe(framework="xgboost", policy="xgboost", image=Images.XGBOOST),
    "torchtune-llama3.2-1b": _tuned("meta-llama/Llama-3.2-1B-Instruct", "llama3_2/1B_full", _LLAMA_TOKENIZER),
    "torchtune-llama3.2-3b": _tuned("meta-llama/Llama-3.2-3B-Instruct", "llama3_2/3B_full", _LLAMA_TOKENIZER),
    "torchtune-qwen2.5-1.5b": _tuned("Qwen/Qwen2.5-1.5B-Instruct", "qwen2_5/1.5B_full", _QWEN_TOKENIZER),
}
"""By name, as jobs give it."""
