"""Databases of Cloud SQL and buckets of Cloud Storage.

Nothing here but `traits` is imported before a stack chooses them: the SDK is large, and an optional extra.
"""
