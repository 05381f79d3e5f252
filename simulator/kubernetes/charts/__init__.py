"""Helm charts: which one, where it is, what it renders, and in which order its objects come."""

UNRENDERED = "SLIPWAY_UNRENDERED_CHARTS"
"""The environment variable that has charts stand for themselves, without their objects.

Where a cloud's stack runs on simulated nodes, what charts bring is counted otherwise; no repository is asked.
"""
