"""Images: the list of a stack, its mirror, its lock, and what is refused."""
