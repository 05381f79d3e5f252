"""The training operator: TFJob, PyTorchJob, MPIJob, XGBoostJob, JAXJob and PaddleJob."""

from .component import TrainingOperator, TrainingOperatorArgs
from .settings import TrainingOperatorSettings

__all__ = ["TrainingOperator", "TrainingOperatorArgs", "TrainingOperatorSettings"]
