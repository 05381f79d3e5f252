"""Smoke tests of a platform whose programs run: `make smoke STACK=kind`. `make test` leaves them out."""
