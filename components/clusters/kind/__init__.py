"""A cluster of containers on this machine, by kind (Kubernetes in Docker)."""
