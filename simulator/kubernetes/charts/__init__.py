"""Helm charts: which one, where it is, what it renders, and in which order its objects come."""
