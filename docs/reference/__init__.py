"""The reference of all settings, made from their models: a JSON schema and pages to read."""
