"""What is done with objects: create, update, delete, read, and wait."""
