"""What a stack may say about serving, by subject."""
