"""Azure Database for MySQL and PostgreSQL (flexible servers), and Azure Blob Storage behind S3 gateways.

Nothing here is imported before a stack chooses them: the SDK is large, and an optional extra.
"""
