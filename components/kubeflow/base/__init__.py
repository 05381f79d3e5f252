"""The ground that every component stands on: namespaces, aggregated roles, default network policies."""

from .component import Base, BaseArgs

__all__ = ["Base", "BaseArgs"]
