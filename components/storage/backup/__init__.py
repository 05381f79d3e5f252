"""Copies of what servers in the cluster keep, and the way back."""
