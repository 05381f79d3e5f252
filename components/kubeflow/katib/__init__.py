"""Katib: hyperparameter tuning, neural architecture search and early stopping."""

from .component import Katib, KatibArgs
from .controller import INJECTION
from .database_manager import database_user
from .settings import KatibSettings

# Labels of each team's namespace by which Katib takes experiments there.
NAMESPACE_LABELS = INJECTION

__all__ = ["NAMESPACE_LABELS", "Katib", "KatibArgs", "KatibSettings", "database_user"]
