"""Databases of Amazon RDS and buckets of Amazon S3.

Nothing here but `traits` is imported before a stack chooses them: the SDK is large, and an optional extra.
"""
