"""Property maps and Kubernetes objects as plain values: reading, comparing, telling what cannot change."""
