"""What the API server's audit log says about the controllers of a platform."""
