"""How requests come in, and how they say who sent them."""
