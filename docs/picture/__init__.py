"""The picture in the README, drawn from what the program declares."""
