"""TensorBoards: servers that show the logs of training, their controller and web app."""

from .component import TensorBoards, TensorBoardsArgs
from .settings import TensorBoardsSettings

__all__ = ["TensorBoards", "TensorBoardsArgs", "TensorBoardsSettings"]
